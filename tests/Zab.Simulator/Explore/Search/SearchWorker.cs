namespace Zab.Simulator.Explore;

/// <summary>One thread of a search: takes worlds from a level, and puts those that follow and are new into the next one.</summary>
internal sealed class SearchWorker(Search search, Tables tables, Bounds bounds, FingerprintSet visited, Ancestry.Numbers numbers)
{
    private readonly World _world = new(tables);
    private readonly World _successor = new(tables);
    private readonly List<Move> _moves = [];
    private readonly WorldMoves _list = new(tables, bounds);
    private readonly WorldSteps _steps = new(tables, bounds, tables.Locals.NewStage());
    private long _states;
    private long _transitions;
    private long _outOfBounds;

    internal void Follow(Frontier level, Frontier next, int depth)
    {
        Frontier.Filler filler = next.NewFiller();
        while (!search.IsStopped && level.Take() is { } block)
        {
            for (int at = 0; at < block.Length && !search.IsStopped;)
            {
                long number = (long)VarInt.Take(block.Bytes, ref at);
                _world.Read(block.Bytes, ref at);
                FollowWorld(number, filler);
            }

            search.Count(_states, _transitions, _outOfBounds, depth);
            (_states, _transitions, _outOfBounds) = (0, 0, 0);
        }

        filler.Finish();
    }

    private void FollowWorld(long number, Frontier.Filler filler)
    {
        _list.List(_world, _moves);
        for (int i = 0; i < _moves.Count; i++)
        {
            _successor.CopyFrom(_world);
            Outcome outcome = _steps.Make(_successor, _moves[i]);
            if (outcome == Outcome.Broken)
            {
                search.Found(_steps.Broken!, number, i);
                return;
            }

            if (outcome == Outcome.OutOfBounds)
            {
                _outOfBounds++;
                continue;
            }

            _transitions++;
            if (!visited.Add(_successor.Fingerprint())) continue;
            _states++;
            filler.Add(numbers.Next(number, i), _successor);
        }
    }
}

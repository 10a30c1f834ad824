using Zab.Core;

namespace Zab.Replica;

/// <summary>Where the log on disk ends, as the writes become durable: the driver's own count, against which every commit is checked.</summary>
internal sealed class DurableMark(Zxid recovered)
{
    private readonly List<(WriteId Write, Zxid End)> _pending = [];

    /// <summary>The last entry that is durable here.</summary>
    internal Zxid Last { get; private set; } = recovered;

    internal void Note(Output.Write write)
    {
        switch (write)
        {
            case Output.Append { Entries: [.., Entry last] } append: _pending.Add((append.Id, last.Zxid)); break;
            case Output.Truncate truncate: _pending.Add((truncate.Id, truncate.Target.Zxid)); break;
            case Output.InstallSnapshot install: _pending.Add((install.Id, install.Snapshot.Point.Zxid)); break;
        }
    }

    /// <summary>This write changed nothing.</summary>
    internal void Reject(WriteId write) => _pending.RemoveAll(pending => pending.Write == write);

    internal void Advance(WriteId through)
    {
        int done = 0;
        while (done < _pending.Count && _pending[done].Write <= through) Last = _pending[done++].End;
        _pending.RemoveRange(0, done);
    }
}

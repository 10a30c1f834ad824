using System.Buffers;
using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>The states that a part's calls lead to, by number. Each call is run once in each state; after that it is a look-up.</summary>
internal sealed class StateSpace
{
    /// <summary>The state before the first call.</summary>
    internal const int Initial = 0;

    /// <summary>No state: the model answers something else there than the client was told.</summary>
    internal const int Refused = -1;

    private const int NotSaved = -1;
    private const int OverheadBytes = 64;                   // What a state or an outcome takes beside its content: an estimate, on the safe side.

    private readonly ISequentialModel _model;
    private readonly HistoryPart _part;
    private readonly int[] _kinds;                          // Of each call: equal calls, with equal contexts, have the same.
    private readonly int[] _told;                           // Of each required call: the answer that its client saw …
    private readonly int[] _toldCodes;                      // … and the same without its text, where it is a failure.
    private readonly ByteTable _states = new();
    private readonly ByteTable _answers = new();
    private readonly Dictionary<ulong, Ran> _ran = [];      // By state and kind.
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private int _at = NotSaved;                             // The state that the model is in now.
    private long _stateBytes;

    internal StateSpace(HistoryPart part, ISequentialModel model)
    {
        (_part, _model) = (part, model);
        var kinds = new ByteTable();
        _kinds = new int[part.Count];
        for (int i = 0; i < _kinds.Length; i++) _kinds[i] = kinds.Add(Kind(part[i]));
        _told = Array.ConvertAll(part.Required, o => _answers.Add(Content(o.Response)));
        _toldCodes = Array.ConvertAll(part.Required, o => _answers.Add(Content(o.Response.WithoutText())));
        model.Reset();
        Save();
    }

    /// <summary>About what this object holds.</summary>
    internal long Bytes => _stateBytes + (OverheadBytes * (long)_ran.Count);

    /// <summary>Calls of the same kind do the same in every state.</summary>
    internal int KindOf(int operation) => _kinds[operation];

    /// <summary>The state after a call; <see cref="Refused"/> where its client was told something else. An open call takes any answer.</summary>
    internal int After(int state, int operation)
    {
        ulong key = ((ulong)(uint)state << 32) | (uint)_kinds[operation];
        if (!_ran.TryGetValue(key, out Ran ran) || (ran.Next == NotSaved && IsMet(operation, ran.Answer))) _ran[key] = ran = Run(state, operation);
        return IsMet(operation, ran.Answer) ? ran.Next : Refused;
    }

    private Ran Run(int state, int operation)
    {
        if (_at != state) _model.Load(_states[state]);
        _at = NotSaved;
        Operation call = _part[operation];
        int answer = _answers.Find(Content(_model.Run(call)));
        if (call.Invocation.IsQuery) return new Ran(answer, _at = state);
        return IsMet(operation, answer) ? new Ran(answer, Save()) : new Ran(answer, NotSaved);      // Where nobody goes needs no number.
    }

    private bool IsMet(int operation, int answer) => operation >= _told.Length || answer == _told[operation] || answer == _toldCodes[operation];

    private int Save()
    {
        _buffer.ResetWrittenCount();
        _model.Save(_buffer);
        int known = _states.Count;
        _at = _states.Add(_buffer.WrittenSpan);
        if (_states.Count > known) _stateBytes += OverheadBytes + _buffer.WrittenCount;
        return _at;
    }

    private ReadOnlySpan<byte> Kind(Operation operation)
    {
        _buffer.ResetWrittenCount();
        var writer = new ZabWriter(_buffer);
        writer.WriteBoolean(operation.Invocation.IsQuery);
        writer.WriteUInt32(operation.Invocation.EntryId);
        AppliedAt at = operation.AppliedAt.GetValueOrDefault();     // Unknown is the neutral context, which the model uses then.
        writer.WriteUInt64(at.Zxid.Value);
        writer.WriteInt64(at.UtcTicks);
        writer.WriteUInt64(at.Session.Value);
        writer.WriteRaw(operation.Invocation.Arguments.Span);
        writer.Flush();
        return _buffer.WrittenSpan;
    }

    private ReadOnlySpan<byte> Content(in Response response)
    {
        _buffer.ResetWrittenCount();
        _buffer.Write([response.IsFailure ? (byte)1 : (byte)0]);
        _buffer.Write(response.Bytes.Span);
        return _buffer.WrittenSpan;
    }

    /// <summary>What a call came to in a state.</summary>
    /// <param name="Answer">The number of the answer; −1 where no client saw it.</param>
    /// <param name="Next">The state after it; <see cref="NotSaved"/> where nobody asked for it yet.</param>
    private readonly record struct Ran(int Answer, int Next);
}

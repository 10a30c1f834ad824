using System.Numerics;

namespace Zab.Simulator.Explore;

/// <summary>One state of the whole: the servers, what is on its way between them, what may still happen, and what the checks remember. All of it numbers of things in tables.</summary>
/// <remarks>
/// Cells: two of counters and the server that is cut off; the ghost; a local state for each server; the newest peer message for each pair of servers and kind;
/// then three for each channel, in the order of names: its header, what is on its way to the leader, and to the learner. The copy of a world is a copy of its cells.
/// </remarks>
internal sealed class World(Tables tables)
{
    private const int CellsMax = 96;
    private const int CountersPerCell = 6;
    private const int Delayed = 1 << 31;
    private const int CutShift = 24;
    private const int GhostCell = 2;
    private const int FirstLocal = 3;

    private readonly int[] _cells = new int[CellsMax];
    private readonly int _count = tables.Setting.Count;
    private readonly int _firstChannel = FirstLocal + tables.Setting.Count + (tables.SlotKinds * tables.Setting.Count * tables.Setting.Count);
    private int _length = FirstLocal + tables.Setting.Count + (tables.SlotKinds * tables.Setting.Count * tables.Setting.Count);

    internal int ChannelCount => (_length - _firstChannel) / 3;

    internal int GhostId { get => _cells[GhostCell]; set => _cells[GhostCell] = value; }

    internal int LocalId(int server) => _cells[FirstLocal + server];

    internal LocalState Local(int server) => tables.Locals[_cells[FirstLocal + server]];

    internal void SetLocal(int server, int id) => _cells[FirstLocal + server] = id;

    internal int Used(Budget budget) => (_cells[(int)budget / CountersPerCell] >> ((int)budget % CountersPerCell * 4)) & 0xF;

    internal void Use(Budget budget) => _cells[(int)budget / CountersPerCell] += 1 << ((int)budget % CountersPerCell * 4);

    /// <summary>From here on all budgets are whole again.</summary>
    internal void ForgetUses()
    {
        int cut = CutOff;
        (_cells[0], _cells[1]) = (0, 0);
        CutOff = cut;
    }

    /// <summary>The server that no vote reaches or leaves; -1 where there is none.</summary>
    internal int CutOff
    {
        get => ((_cells[1] >> CutShift) & 0x7) - 1;
        set => _cells[1] = (_cells[1] & ~(0x7 << CutShift)) | ((value + 1) << CutShift);
    }

    /// <summary>The peer message on its way, as an input of its receiver in the table of shared objects; -1 where there is none.</summary>
    internal int PeerMessage(int kind, int from, int to) => (Slot(kind, from, to) & ~Delayed) - 1;

    /// <summary>A newer message replaces one that is on its way, and is as late.</summary>
    internal void SetPeerMessage(int kind, int from, int to, int message) => Slot(kind, from, to) = (message + 1) | (Slot(kind, from, to) & Delayed);

    internal void RemovePeerMessage(int kind, int from, int to) => Slot(kind, from, to) = 0;

    internal bool IsDelayed(int kind, int from, int to) => (Slot(kind, from, to) & Delayed) != 0;

    internal void Delay(int kind, int from, int to) => Slot(kind, from, to) |= Delayed;

    private ref int Slot(int kind, int from, int to) => ref _cells[FirstLocal + _count + (((kind * _count) + from) * _count) + to];

    internal Channel ChannelAt(int index) => new(_cells.AsSpan(_firstChannel + (index * 3), 3));

    /// <summary>The place of a channel; -1 where neither end has it open.</summary>
    internal int IndexOf(uint name)
    {
        for (int i = 0; i < ChannelCount; i++)
            if (ChannelAt(i).Name == name) return i;
        return -1;
    }

    internal void Insert(uint name, int leader)
    {
        int index = 0;
        while (index < ChannelCount && ChannelAt(index).Name < name) index++;
        int at = _firstChannel + (index * 3);
        if (_length + 3 > CellsMax) throw new InvalidOperationException($"{ChannelCount} channels are more than a world can hold");
        Array.Copy(_cells, at, _cells, at + 3, _length - at);
        _length += 3;
        ChannelAt(index).Begin(name, leader);
    }

    /// <summary>Forgets channels that are closed at both ends.</summary>
    internal void RemoveClosed()
    {
        for (int i = ChannelCount - 1; i >= 0; i--)
        {
            if (ChannelAt(i) is { IsLearnerEndOpen: false, IsLeaderEndOpen: false })
            {
                int at = _firstChannel + (i * 3);
                Array.Copy(_cells, at + 3, _cells, at, _length - at - 3);
                _length -= 3;
            }
        }
    }

    internal void CopyFrom(World other)
    {
        _length = other._length;
        Array.Copy(other._cells, _cells, _length);
    }

    /// <summary>What equal worlds have in common and others, but for one in 2^64, have not; the same in every run.</summary>
    internal ulong Fingerprint()
    {
        ulong hash = Mixer.Add(Mixer.Add(Mixer.Start, (uint)_cells[0]), (uint)_cells[1]);
        hash = Mixer.Add(hash, tables.Ghosts.Hash(_cells[GhostCell]));
        for (int i = 0; i < _count; i++) hash = Mixer.Add(hash, tables.Locals[_cells[FirstLocal + i]].Hash);
        for (int i = FirstLocal + _count; i < _firstChannel; i++) hash = Mixer.Add(hash, _cells[i] == 0 ? 0 : tables.Shared.HashOf((_cells[i] & ~Delayed) - 1) + (ulong)(_cells[i] & Delayed));
        for (int i = _firstChannel; i < _length; i += 3) hash = Mixer.Add(Mixer.Add(Mixer.Add(hash, (uint)_cells[i]), tables.Queues.Hash(_cells[i + 1])), tables.Queues.Hash(_cells[i + 2]));
        return hash == 0 ? 1 : hash;
    }

    /// <summary>The most bytes that <see cref="Write"/> needs.</summary>
    internal const int BytesMax = (CellsMax * 5) + 5;

    internal int Write(Span<byte> to)
    {
        int length = VarInt.Put(to, (ulong)_length);
        for (int i = 0; i < _length; i++) length += VarInt.Put(to[length..], BitOperations.RotateLeft((uint)_cells[i], 1));     // The mark of a delayed message becomes the last bit.
        return length;
    }

    internal void Read(ReadOnlySpan<byte> from, ref int at)
    {
        _length = (int)VarInt.Take(from, ref at);
        for (int i = 0; i < _length; i++) _cells[i] = (int)BitOperations.RotateRight((uint)VarInt.Take(from, ref at), 1);
    }
}

/// <summary>One channel of a world.</summary>
internal readonly ref struct Channel(Span<int> cells)
{
    private const int LeaderShift = 6;
    private const int LearnerOpen = 1 << 9;
    private const int LeaderOpen = 1 << 10;
    private const int Broken = 1 << 11;

    private readonly Span<int> _cells = cells;

    internal uint Name => (uint)_cells[0] & 0x3F;

    internal int Learner => ChannelName.Learner(Name);

    internal int Leader => (_cells[0] >> LeaderShift) & 0x7;

    internal bool IsLearnerEndOpen => (_cells[0] & LearnerOpen) != 0;

    internal bool IsLeaderEndOpen => (_cells[0] & LeaderOpen) != 0;

    /// <summary>Whether what is on its way may be lost: then each end hears of it whenever it likes.</summary>
    internal bool IsBroken => (_cells[0] & Broken) != 0;

    internal int ToLeader => _cells[1];

    internal int ToLearner => _cells[2];

    internal void Begin(uint name, int leader) => (_cells[0], _cells[1], _cells[2]) = ((int)name | (leader << LeaderShift) | LearnerOpen | LeaderOpen, 0, 0);

    internal bool IsEndOpen(bool ofLeader) => ofLeader ? IsLeaderEndOpen : IsLearnerEndOpen;

    internal int Queue(bool toLeader) => toLeader ? ToLeader : ToLearner;

    internal void SetQueue(bool toLeader, int queue) => _cells[toLeader ? 1 : 2] = queue;

    internal void Break() => _cells[0] |= Broken;

    /// <summary>One end is closed: nothing arrives there any more.</summary>
    internal void CloseEnd(bool ofLeader)
    {
        _cells[0] &= ~(ofLeader ? LeaderOpen : LearnerOpen);
        SetQueue(ofLeader, 0);
    }
}

/// <summary>The tables that the numbers in worlds refer to; shared by all threads of a search.</summary>
internal sealed class Tables
{
    /// <param name="setting">The ensemble.</param>
    /// <param name="isFresh">Whether directories are fresh at first, so that FOUNDING messages travel too.</param>
    internal Tables(Setting setting, bool isFresh)
    {
        Setting = setting;
        SlotKinds = isFresh ? 2 : 1;
        Locals = new LocalStates(setting, Shared);
        Queues = new MessageQueues(Shared);
    }

    internal Setting Setting { get; }

    /// <summary>Votes, and founding messages where there are any: the newest of each kind is on its way.</summary>
    internal int SlotKinds { get; }

    internal SharedTable Shared { get; } = new();

    internal LocalStates Locals { get; }

    internal MessageQueues Queues { get; }

    internal Ghosts Ghosts { get; } = new();
}

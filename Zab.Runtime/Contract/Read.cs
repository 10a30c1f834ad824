namespace Zab;

/// <summary>How fresh the state of a query must be; <c>default</c> is <see cref="Linearizable"/>.</summary>
public readonly record struct Read
{
    internal enum Level : byte { Linearizable, Session, AtLeast, Local }    // 0 stays Linearizable: it is what default means.

    private Read(Level kind, Zxid zxid = default) => (Kind, Zxid) = (kind, zxid);

    internal Level Kind { get; }

    internal Zxid Zxid { get; }

    /// <summary>Sees every write that was acknowledged, to anyone, before the query began: a quorum round that starts after the request confirms it.</summary>
    public static Read Linearizable => default;

    /// <summary>Sees the session's own acknowledged writes, and never an older state than the session saw before.</summary>
    public static Read Session => new(Level.Session);

    /// <summary>This server's state now; it may be stale. <see cref="Receipt.Age"/> says how old it can be.</summary>
    public static Read Local => new(Level.Local);

    /// <summary>Waits until this server has applied <paramref name="zxid"/>, then reads its state.</summary>
    public static Read AtLeast(Zxid zxid) => new(Level.AtLeast, zxid);

    /// <summary>The same level, and a state in which <paramref name="zxid"/> is applied.</summary>
    public Read NotBefore(Zxid zxid) => zxid > Zxid ? new(Kind, zxid) : this;

    /// <summary>The name of the level, with its zxid where it has one.</summary>
    public override string ToString() => Zxid == default ? Kind.ToString() : $"{Kind}({Zxid})";
}

namespace Zab.Serialization;

/// <summary>The arguments of one command or query; generated.</summary>
/// <typeparam name="TSelf">The proposal struct itself.</typeparam>
public interface IProposal<TSelf> : ICodec<TSelf>
    where TSelf : struct, IProposal<TSelf>
{
    /// <summary>The 32-bit hash of <see cref="Name"/>.</summary>
    static abstract uint Id { get; }

    /// <summary>The contract name.</summary>
    static abstract string Name { get; }
}

namespace Zab.Serialization;

/// <summary>A codec that can read into a collection that exists, so that what its bytes do not say stays: its comparer.</summary>
/// <typeparam name="TCollection">The type of the collection.</typeparam>
public interface IRefillable<TCollection>
    where TCollection : class
{
    /// <summary>Clears the collection and reads its elements; false where the bytes say null.</summary>
    /// <exception cref="ZabFormatException">The bytes are something else. The collection must be dropped.</exception>
    static abstract bool Refill(ref ZabReader reader, TCollection target);
}

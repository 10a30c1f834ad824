namespace Zab.Simulator.Explore;

/// <summary>An immutable object, which is shared by all graphs that hold it.</summary>
internal sealed class SharedCodec<T> : Codec<T?> where T : class
{
    internal override void Write(Freezer to, T? value) => to.Shared(value);

    internal override T? Read(Thawer from) => (T?)from.Shared();
}

/// <summary>A text for people: left out.</summary>
internal sealed class TextCodec : Codec<string?>
{
    internal override void Write(Freezer to, string? value) { }

    internal override string? Read(Thawer from) => null;
}

/// <summary>Nothing is written, and nothing is there again.</summary>
internal sealed class NothingCodec<T> : Codec<T?>
{
    internal override void Write(Freezer to, T? value) { }

    internal override T? Read(Thawer from) => default;
}

/// <summary>Nothing is written, and the same value is there again always.</summary>
internal sealed class AlwaysCodec<T>(Func<T> make) : Codec<T>
{
    internal override void Write(Freezer to, T value) { }

    internal override T Read(Thawer from) => make();
}

/// <summary>Only whether there is a value is written; the same one is there again always.</summary>
internal sealed class WhetherCodec<T>(T present) : Codec<T?> where T : struct
{
    internal override void Write(Freezer to, T? value) => to.Number(value.HasValue ? 1UL : 0);

    internal override T? Read(Thawer from) => from.Number() == 0 ? null : present;
}

/// <summary>An object of whatever type, as a part of an immutable one: for hashing only.</summary>
internal sealed class AnyCodec<T> : Codec<T?> where T : class
{
    private CodecTable _table = null!;

    internal override void Prepare(CodecTable table) => _table = table;

    internal override void Write(Freezer to, T? value)
    {
        if (value is null)
        {
            to.Number(0);
            return;
        }

        foreach (char letter in value.GetType().Name) to.Number(letter);
        _table.For(value.GetType()).WriteObject(to, value);
    }

    internal override T? Read(Thawer from) => throw new NotSupportedException($"{typeof(T)} is hashed only");
}

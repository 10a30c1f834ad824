using System.ComponentModel;

namespace Zab;

/// <summary>Bytes are not what their codec writes. Nothing was read.</summary>
public sealed class ZabFormatException : ZabException
{
    private readonly string _found;

    /// <summary>What was found, at which offset in the input, and where in the value.</summary>
    public ZabFormatException(string message, long offset, string path = "", Exception? inner = null) : base(message, inner) =>
        (_found, Offset, Path) = (message, offset, path);

    /// <summary>The offset in the input, in bytes, of what was refused.</summary>
    public long Offset { get; }

    /// <summary>The member that was being read, from the outermost: <c>Acquire.name</c>; empty where it is not known.</summary>
    public string Path { get; private set; }

    /// <inheritdoc/>
    public override string Message => Path.Length == 0 ? $"{_found} (at offset {Offset})" : $"{Path}: {_found} (at offset {Offset})";

    /// <summary>Notes, on the way out, in which member of which value the reader was; for generated codecs.</summary>
    /// <returns>Always false: it stands in an exception filter, which runs before the stack unwinds, so that a deep path costs no rethrow.</returns>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool Within(string member)
    {
        Path = Path.Length == 0 || Path[0] == '[' ? member + Path : $"{member}.{Path}";
        return false;
    }
}

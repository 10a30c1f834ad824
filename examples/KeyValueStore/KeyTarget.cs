using System.Text;

namespace KeyValueStore;

/// <summary>What a request under <c>/kv/</c> is about. Read from the target as it was sent: a key may hold any character, an encoded slash too.</summary>
/// <param name="Key">The key; null where it is not 1 to 512 bytes of UTF-8.</param>
/// <param name="Action">What follows the key: nothing, <c>cas</c> or <c>increment</c>.</param>
internal readonly record struct KeyTarget(string? Key, string Action)
{
    private const string Prefix = "/kv/";
    private const int KeyBytesMax = 512;
    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Null where the target is something else.</summary>
    internal static KeyTarget? Read(string rawTarget)
    {
        int query = rawTarget.IndexOf('?', StringComparison.Ordinal);
        ReadOnlySpan<char> path = query < 0 ? rawTarget : rawTarget.AsSpan(0, query);
        int absolute = path.IndexOf("://", StringComparison.Ordinal);
        if (absolute >= 0 && path[(absolute + 3)..].IndexOf('/') is var slash and >= 0) path = path[(absolute + 3 + slash)..];     // http://host/kv/…
        if (!path.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        path = path[Prefix.Length..];
        int end = path.IndexOf('/');
        string action = end < 0 ? "" : path[(end + 1)..].ToString();
        return new KeyTarget(Decode(end < 0 ? path : path[..end]), action);
    }

    private static string? Decode(ReadOnlySpan<char> text)
    {
        var bytes = new List<byte>(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '%')
            {
                if (text[i] > 0x7F) return null;
                bytes.Add((byte)text[i]);
                continue;
            }

            if (i + 2 >= text.Length || !char.IsAsciiHexDigit(text[i + 1]) || !char.IsAsciiHexDigit(text[i + 2])) return null;
            bytes.Add(Convert.FromHexString(text.Slice(i + 1, 2))[0]);
            i += 2;
        }

        if (bytes.Count is 0 or > KeyBytesMax) return null;
        try
        {
            return _strict.GetString([.. bytes]);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}

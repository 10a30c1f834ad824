using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Zab;

/// <summary>Names a session: the zxid of the entry that created it. Zero is no session. It is no secret; <see cref="Session"/> carries that.</summary>
/// <param name="Value">The <see cref="Zxid.Value"/> of the entry that created the session.</param>
public readonly record struct SessionId(ulong Value)
{
    /// <summary>The session id as the zxid of its create: <c>epoch/counter</c>.</summary>
    public override string ToString() => Zxid.FromValue(Value).ToString();
}

/// <summary>What a caller holds of its session: the id, and the secret without which nobody may speak for it.</summary>
/// <remarks>Its text form, 32 hexadecimal digits, is what a client keeps to repeat a call after a failure.</remarks>
/// <param name="Id">The id, as the replicated class sees it in <see cref="CommandContext.Session"/>.</param>
/// <param name="Secret">64 random bits, made where the session was asked for.</param>
public readonly record struct Session(SessionId Id, ulong Secret) : IParsable<Session>
{
    /// <summary>The session as 32 hexadecimal digits: id, then secret.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Id.Value:x16}{Secret:x16}");

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">The text is not a session.</exception>
    public static Session Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out Session session) ? session : throw new FormatException("a session is 32 hexadecimal digits, as it was given when it was created");

    /// <summary>Reads what <see cref="ToString"/> wrote; false where the text is something else.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Session result)
    {
        result = default;
        if (s is not { Length: 32 }
            || !ulong.TryParse(s.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong id)
            || !ulong.TryParse(s.AsSpan(16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ulong secret))
        {
            return false;
        }

        result = new Session(new SessionId(id), secret);
        return true;
    }
}

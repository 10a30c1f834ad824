using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>Values as people read them in a report: short, on one line, bytes as text where they are text.</summary>
internal static class ValueText
{
    private const int BytesMax = 32;
    private const int CharsMax = 64;
    private const int ElementsMax = 8;
    private const int DepthMax = 4;

    /// <summary>A call as it would stand in code: <c>Put("a", "1")</c>.</summary>
    internal static string OfCall(string name, object proposal) =>
        $"{name}({string.Join(", ", Members(proposal.GetType()).Select(member => Of(member.GetValue(proposal))))})";

    internal static string OfFailure(in Response response) =>
        $"throws {Encoding.UTF8.GetString(response.Bytes.Span).Replace("\0", ": ", StringComparison.Ordinal)}";

    internal static string Of(object? value) => Of(value, depth: 0);

    private static string Of(object? value, int depth) => value switch
    {
        null => "null",
        Unit => "done",
        bool flag => flag ? "true" : "false",
        string text => Quoted(text),
        byte[] bytes => OfBytes(bytes),
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ when depth == DepthMax => "…",
        IEnumerable elements => OfElements(elements.Cast<object?>(), depth),
        _ => OfObject(value, depth),
    };

    private static string OfBytes(byte[] bytes)
    {
        if (bytes.All(static b => b is >= 0x20 and < 0x7F)) return Quoted(Encoding.ASCII.GetString(bytes));
        string more = bytes.Length > BytesMax ? string.Create(CultureInfo.InvariantCulture, $"… ({bytes.Length} bytes)") : "";
        return $"0x{Convert.ToHexString(bytes.AsSpan(0, Math.Min(bytes.Length, BytesMax)))}{more}";
    }

    private static string Quoted(string text)
    {
        string shown = text.Length > CharsMax ? $"{text[..CharsMax]}…" : text;
        return $"\"{string.Concat(shown.Select(static c => char.IsControl(c) || c is '"' or '\\' ? $"\\u{(int)c:x4}" : c.ToString()))}\"";
    }

    private static string OfElements(IEnumerable<object?> elements, int depth)
    {
        object?[] first = [.. elements.Take(ElementsMax + 1)];
        return $"[{string.Join(", ", first.Take(ElementsMax).Select(element => Of(element, depth + 1)))}{(first.Length > ElementsMax ? ", …" : "")}]";
    }

    private static string OfObject(object value, int depth)
    {
        PropertyInfo[] members = Members(value.GetType());
        if (members.Length == 0) return value.ToString() ?? "";
        string content = string.Join(", ", members.Select(member => $"{member.Name}: {Of(member.GetValue(value), depth + 1)}"));
        return $"{value.GetType().Name.Split('`')[0]}({content})";
    }

    /// <summary>In the order of their declaration, which for a record is that of its parameters.</summary>
    private static PropertyInfo[] Members(Type type) =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(static member => member.GetMethod is not null && member.GetIndexParameters().Length == 0)
            .OrderBy(static member => member.MetadataToken),
    ];
}

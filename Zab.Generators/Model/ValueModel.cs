namespace Zab.Generators.Model;

/// <summary>How a value of one type, in one place, is spelled, written and read.</summary>
/// <param name="Type">The type in C#, <c>global::</c>-qualified, with the annotation of a nullable reference.</param>
/// <param name="Codec">The codec type in C#; it refuses null where the type does.</param>
/// <param name="Primitive">The suffix of the methods of writer and reader that do it directly: <c>Int32</c>; null where only the codec can.</param>
/// <param name="MinimumSize">The least number of bytes; exact where <paramref name="Alignment"/> is not zero.</param>
/// <param name="Alignment">The alignment of the memory layout, zero where the type holds a reference.</param>
/// <param name="Contract">The type as the shape hash sees it, free of anything that does not change the bytes.</param>
/// <param name="RefillType">Of a mutable collection: the type without annotation, else null.</param>
/// <param name="RefillCodec">Of a mutable collection: the codec that can read into one that exists, else null.</param>
/// <param name="IsNonNullReference">A reference that null is refused for.</param>
/// <param name="IsPublic">Whether every type in it is public.</param>
/// <param name="IsPrivate">Whether a type in it can only be named inside the replicated class.</param>
internal sealed record ValueModel(
    string Type,
    string Codec,
    string? Primitive,
    int MinimumSize,
    int Alignment,
    string Contract,
    string? RefillType,
    string? RefillCodec,
    bool IsNonNullReference,
    bool IsPublic,
    bool IsPrivate)
{
    internal string Write(string value, string writer = "writer") =>
        Primitive is null ? $"{Codec}.Write(ref {writer}, {value});" : $"{writer}.Write{Primitive}({value});";

    internal string Read() =>
        Primitive is null ? $"{Codec}.Read(ref reader)" : $"reader.Read{Primitive}()";

    /// <summary>What stands for the value where older bytes lack it.</summary>
    internal string Missing() => IsNonNullReference ? $"reader.Missing<{Type}>()" : "default";
}

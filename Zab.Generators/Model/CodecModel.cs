namespace Zab.Generators.Model;

/// <summary>The codec of one type of the user.</summary>
/// <param name="Name">The name of the codec struct.</param>
/// <param name="Type">The type in C#, without annotation.</param>
/// <param name="Cref">The type as a documentation comment names it.</param>
/// <param name="Contract">The name of the type in the shape hash.</param>
/// <param name="IsRaw">Without references: written as memory; else as an object with a header.</param>
/// <param name="IsReference">A class, which may be null.</param>
/// <param name="IsOpen">A class that others can derive from.</param>
/// <param name="IsRecursive">Values can be nested in themselves, so that the depth is counted.</param>
/// <param name="IsPrivate">Only the replicated class can name the type.</param>
/// <param name="Size">Of a raw type, the number of bytes.</param>
/// <param name="Alignment">Of a raw type, the alignment.</param>
/// <param name="Members">What is written, in order.</param>
/// <param name="Arguments">The members that the constructor takes, in the order of its parameters.</param>
/// <param name="Initialized">The members that an object initializer sets.</param>
internal sealed record CodecModel(
    string Name,
    string Type,
    string Cref,
    string Contract,
    bool IsRaw,
    bool IsReference,
    bool IsOpen,
    bool IsRecursive,
    bool IsPrivate,
    int Size,
    int Alignment,
    EquatableArray<MemberModel> Members,
    EquatableArray<int> Arguments,
    EquatableArray<int> Initialized);

/// <summary>A member of a type of the user.</summary>
/// <param name="Name">The name, as the path of an error shows it.</param>
/// <param name="Identifier">The name in C#.</param>
/// <param name="Local">The local variable that holds it while the object is read.</param>
/// <param name="Value">How it is written and read.</param>
/// <param name="Padding">The zeros that stand before it in a raw type.</param>
/// <param name="Field">Where only an accessor reaches it, the name of the field.</param>
internal sealed record MemberModel(string Name, string Identifier, string Local, ValueModel Value, int Padding, string? Field);

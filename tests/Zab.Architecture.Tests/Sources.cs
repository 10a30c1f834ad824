using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Zab.Architecture;

/// <summary>The files of the repository, and which folder declares which type.</summary>
internal static class Sources
{
    internal static readonly CSharpParseOptions ParseOptions = new(LanguageVersion.Preview);

    private static readonly string[] NotOurs = ["bin", "obj", ".git", "artifacts", "TestResults", "data"];

    internal static string Root { get; } = FindRoot();

    internal static IEnumerable<string> Files(string folder, string extension) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*" + extension, SearchOption.AllDirectories)
            .Where(static file => !Path.GetRelativePath(Root, file).Split(Path.DirectorySeparatorChar).Any(NotOurs.Contains))
            .Order(StringComparer.Ordinal);

    /// <summary>For every type that a project declares, nested ones aside: its full name (with arity), and the first folder below the project.</summary>
    internal static Dictionary<string, string> FoldersByType(string project)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in Files(project, ".cs"))
        {
            string folder = Path.GetRelativePath(Path.Combine(Root, project), file).Split(Path.DirectorySeparatorChar) is [var first, _, ..] ? first : "";
            foreach (BaseTypeDeclarationSyntax type in CSharpSyntaxTree.ParseText(File.ReadAllText(file), ParseOptions).GetRoot().DescendantNodes(static n => n is not BaseTypeDeclarationSyntax).OfType<BaseTypeDeclarationSyntax>())
            {
                string space = string.Join('.', type.Ancestors().OfType<BaseNamespaceDeclarationSyntax>().Reverse().Select(static n => n.Name.ToString()));
                int arity = type is TypeDeclarationSyntax { TypeParameterList.Parameters.Count: var count } ? count : 0;
                folders[$"{space}.{type.Identifier.Text}{(arity == 0 ? "" : $"`{arity}")}"] = folder;
            }
        }

        return folders;
    }

    private static string FindRoot()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Zab.Framework.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"No directory above {AppContext.BaseDirectory} holds Zab.Framework.sln.");
    }
}

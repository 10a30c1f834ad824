using System.Reflection;
using System.Runtime.CompilerServices;

namespace Zab.Generators.Tests.Harness;

/// <summary>Compares text with what somebody read and approved: <c>Class.Method#Name.verified.cs</c>. A difference leaves a <c>received</c> file beside it.</summary>
/// <remarks>To rewrite the approved files, run the tests with <c>ZAB_APPROVE=1</c>, and read the diff.</remarks>
internal static class Approved
{
    private static readonly string Directory = Path.Combine(ProjectDirectory, "Approved");

    private static bool Rewrites => Environment.GetEnvironmentVariable("ZAB_APPROVE") == "1";

    private static string ProjectDirectory => typeof(Approved).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static a => a.Key == "ProjectDirectory").Value!;

    internal static void Verify(object test, GeneratorOutcome outcome, [CallerMemberName] string method = "")
    {
        string prefix = $"{test.GetType().Name}.{method}#";
        Dictionary<string, string> received = outcome.Files.ToDictionary(f => prefix + Path.GetFileNameWithoutExtension(f.Key), static f => f.Value);
        string[] unexpected = System.IO.Directory.GetFiles(Directory, prefix + "*.verified.cs").Select(static f => Path.GetFileName(f)[..^".verified.cs".Length]).Where(n => !received.ContainsKey(n)).ToArray();
        string[] different = received.Where(static f => !Matches(f.Key, f.Value)).Select(static f => f.Key).ToArray();
        if (Rewrites)
        {
            foreach (string name in unexpected) File.Delete(Verified(name));
            foreach (string name in different) File.WriteAllText(Verified(name), received[name]);
            return;
        }

        Assert.True(unexpected.Length == 0, $"approved, but no longer emitted: {string.Join(", ", unexpected)}");
        Assert.True(different.Length == 0, $"emitted otherwise than approved: {string.Join(", ", different)}; compare the .received.cs files in {Directory}, and run with ZAB_APPROVE=1 to approve them");
    }

    private static bool Matches(string name, string text)
    {
        string received = Path.Combine(Directory, name + ".received.cs");
        bool isEqual = File.Exists(Verified(name)) && File.ReadAllText(Verified(name)).ReplaceLineEndings("\n") == text;
        if (isEqual || Rewrites) File.Delete(received);
        else File.WriteAllText(received, text);
        return isEqual;
    }

    private static string Verified(string name) => Path.Combine(Directory, name + ".verified.cs");
}

using System.Globalization;
using System.Text.Json;

namespace Zab.Mutants;

/// <summary>Compiles the runtime with one file changed: by the arguments that the build gives to the compiler, so that a mutant costs one compilation and nothing else.</summary>
/// <remarks>A compiler that stays between two mutants takes a second for each; it is this program's own, and ends with it.</remarks>
internal sealed class Compiler : IAsyncDisposable
{
    /// <summary>What a build can leave out where only its code is wanted.</summary>
    internal static readonly string[] QuickBuild =
    [
        "-p:RunAnalyzersDuringBuild=false", "-p:EnforceCodeStyleInBuild=false", "-p:TreatWarningsAsErrors=false", "-p:GenerateDocumentationFile=false", "-p:DebugType=none",
    ];

    private const string Assembly = Mutant.Project + ".dll";
    private static readonly TimeSpan Budget = TimeSpan.FromMinutes(2);

    private readonly string _projectFolder;
    private readonly string _roslyn;
    private readonly string[] _arguments;
    private readonly string _pipe = string.Create(CultureInfo.InvariantCulture, $"zab-mutants-{Environment.ProcessId}");

    private Compiler(string projectFolder, string roslyn, string[] arguments) => (_projectFolder, _roslyn, _arguments) = (projectFolder, roslyn, arguments);

    /// <summary>Asks the build of a working copy, which was built before, how it calls the compiler.</summary>
    internal static async Task<Compiler> ForAsync(WorkingCopy copy, CancellationToken cancellation)
    {
        string folder = Path.Combine(copy.Root, Mutant.Project);
        string[] question =
        [
            "msbuild", Mutant.Project + ".csproj", "-t:Compile", "-nodeReuse:false", "-p:Configuration=Release", "-p:BuildProjectReferences=false", "-p:SkipCompilerExecution=true",
            "-p:ProvideCommandLineArgs=true", "-p:NonExistentFile=always/asked", .. QuickBuild, "-getItem:CscCommandLineArgs", "-getProperty:RoslynTargetsPath",
        ];
        ProcessEnd answer = await ChildProcess.RunAsync("dotnet", question, folder, Budget, cancellation).ConfigureAwait(false);
        if (answer.ExitCode != 0) throw new MutantException($"the build of {Mutant.Project} does not say how it calls the compiler:\n{string.Join('\n', answer.Lines)}");
        using JsonDocument document = JsonDocument.Parse(string.Join('\n', answer.Lines));
        string[] arguments = [.. document.RootElement.GetProperty("Items").GetProperty("CscCommandLineArgs").EnumerateArray().Select(static item => item.GetProperty("Identity").GetString()!)];
        string roslyn = document.RootElement.GetProperty("Properties").GetProperty("RoslynTargetsPath").GetString()!;
        return new Compiler(folder, Path.Combine(roslyn, "bincore"), arguments);
    }

    /// <summary>Puts the mutated runtime into <paramref name="folder"/>, in place of the right one.</summary>
    /// <exception cref="MutantException">It does not compile.</exception>
    internal async Task CompileAsync(Mutant mutant, string folder, CancellationToken cancellation)
    {
        string right = Path.Combine(_projectFolder, mutant.File);
        string wrong = Path.Combine(folder, Path.GetFileName(mutant.File));
        await File.WriteAllTextAsync(wrong, mutant.ApplyTo(await File.ReadAllTextAsync(right, cancellation).ConfigureAwait(false)), cancellation).ConfigureAwait(false);

        string response = Path.Combine(folder, "compile.rsp");
        await File.WriteAllLinesAsync(response, _arguments.Where(static argument => !argument.StartsWith("/out", StringComparison.Ordinal) && !argument.StartsWith("/refout", StringComparison.Ordinal) && argument != "/noconfig")
            .Select(argument => Quoted(argument == mutant.File ? wrong : argument)).Append(Quoted($"/out:{Path.Combine(folder, Assembly)}")), cancellation).ConfigureAwait(false);
        ProcessEnd compiled = await ChildProcess.RunAsync("dotnet", [Path.Combine(_roslyn, "csc.dll"), $"/shared:{_pipe}", "/keepalive:60", "/noconfig", $"@{response}"], _projectFolder, Budget, cancellation).ConfigureAwait(false);
        if (compiled.ExitCode != 0) throw new MutantException($"does not compile: {compiled.Lines.FirstOrDefault(static line => line.Contains("error", StringComparison.Ordinal)) ?? "no error was told"}");
    }

    public async ValueTask DisposeAsync() =>
        await ChildProcess.RunAsync("dotnet", [Path.Combine(_roslyn, "VBCSCompiler.dll"), "-shutdown", $"-pipename:{_pipe}"], _projectFolder, Budget, CancellationToken.None).ConfigureAwait(false);

    private static string Quoted(string argument) => argument.Contains(' ', StringComparison.Ordinal) ? $"\"{argument}\"" : argument;
}

using KeyValueStore;
using Zab;

ProgramOptions options;
try
{
    options = ProgramOptions.Parse(args);
}
catch (UsageException e)
{
    Console.Error.WriteLine(e.Message.Length > 0 ? $"{e.Message}\n\n{Usage.CommandLine}" : Usage.CommandLine);
    return e.Message.Length > 0 ? 2 : 0;
}

WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(options.Http).ConfigureKestrel(static kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = KeyValueEndpoints.ValueBytesMax;
    kestrel.Limits.MaxRequestLineSize = 32 * 1024;      // Room for a key of 512 bytes and an expected value of 4 KiB, encoded.
});
builder.Logging.ClearProviders().AddSimpleConsole(static console => console.SingleLine = true).SetMinimumLevel(options.LogLevel);
return options.ServerId is { } serverId ? await Programs.RunServerAsync(builder, options, serverId) : await Programs.RunEnsembleAsync(builder, options);

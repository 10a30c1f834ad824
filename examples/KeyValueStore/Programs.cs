using Microsoft.Extensions.Options;
using Zab;

namespace KeyValueStore;

/// <summary>The two ways to run: one server of an ensemble of processes, or an ensemble in this one.</summary>
internal static class Programs
{
    internal static async Task<int> RunServerAsync(WebApplicationBuilder builder, ProgramOptions options, uint serverId)
    {
        builder.AddZab(zab => options.Configure(zab, serverId, options.DataDirectory, options.Servers)).AddReplicated<KeyValue>();
        builder.Services.AddHealthChecks().AddZab();
        await using WebApplication app = builder.Build();
        if (options.Init is { } name) return Initialize(app, options, name);

        IZabServer server = app.Services.GetRequiredService<IZabServer>();
        KeyValueEndpoints.Map(app, new OneServer(app.Services.GetRequiredService<IKeyValue>(), app.Services.GetRequiredService<IZabSessions>(), server));
        Console.WriteLine($"server {serverId}, its data in {Path.GetFullPath(options.DataDirectory)}");
        return await RunAsync(async () =>
        {
            await app.StartAsync();
            Task printing = new ElectionPrinter([server], options.Http).RunAsync(app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync();
            await printing;
        });
    }

    internal static async Task<int> RunEnsembleAsync(WebApplicationBuilder builder, ProgramOptions options)
    {
        await using EnsembleInOneProcess ensemble = EnsembleInOneProcess.Build(options);
        await using WebApplication app = builder.Build();
        KeyValueEndpoints.Map(app, ensemble);
        Console.WriteLine($"three servers in one process, their data in {Path.GetFullPath(options.DataDirectory)}");
        return await RunAsync(async () =>
        {
            await ensemble.StartAsync(app.Lifetime);
            await app.StartAsync();
            Task printing = new ElectionPrinter([.. ensemble.Servers], options.Http).RunAsync(app.Lifetime.ApplicationStopping);
            await app.WaitForShutdownAsync();
            await printing;
            await ensemble.StopAsync();
        });
    }

    private static int Initialize(WebApplication app, ProgramOptions options, string name)
    {
        try
        {
            ZabServerInit.Initialize(app.Services, name);
            Console.WriteLine($"server {options.ServerId} belongs to the ensemble {name}; start it with its data in {Path.GetFullPath(options.DataDirectory)}");
            return 0;
        }
        catch (Exception e) when (e is OptionsValidationException or InvalidOperationException)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }
    }

    /// <summary>0 after a stop that was asked for; what hosting has set where a server failed; 1 where the program could not start.</summary>
    private static async Task<int> RunAsync(Func<Task> run)
    {
        try
        {
            await run();
            return Environment.ExitCode;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(e.Message);
            return Environment.ExitCode != 0 ? Environment.ExitCode : 1;
        }
    }
}

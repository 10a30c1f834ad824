using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;
using Zab.Core;
using Zab.Hosting;
using Zab.Replica;
using Zab.Tests.Calls;

namespace Zab.Tests.Hosting;

/// <summary>The life of a server in its host, over a replica that the test leads.</summary>
public sealed class HostingTests
{
    private FakeReplica? _replica;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CapturedLog _log = new();
    private Exception? _startFailure;
    private bool _isDisposed;

    [Fact]
    public async Task A_started_host_serves_its_injected_client()
    {
        using IHost host = Build();
        IZabServer server = host.Services.GetRequiredService<IZabServer>();
        Assert.Equal((1U, ZabRole.Looking, "starting", false), (server.Status.ServerId, server.Status.Role, server.Status.Reason, server.Status.IsServing));
        await Assert.ThrowsAsync<InvalidOperationException>(() => server.DigestAsync().AsTask());

        await host.StartAsync();
        Assert.Equal((ZabRole.Follower, 2U, true), (server.Status.Role, server.Status.Leader, server.Status.IsServing));
        _replica!.AddMissingClasses();
        Task call = host.Services.GetRequiredService<TallyClient>().TouchAsync();
        _replica.ApplyAll();
        await call.Soon();
        ZabStateDigest digest = await server.DigestAsync();
        Assert.Equal((_replica.Machine.LastApplied, _replica.Machine.Digest()), (digest.Zxid, digest.Hex));
        await host.StopAsync();
    }

    [Fact]
    public async Task A_stopped_host_stops_the_replica_and_tells_who_waits()
    {
        using IHost host = Build();
        await host.StartAsync();
        Task call = host.Services.GetRequiredService<TallyClient>().TouchAsync();
        await host.StopAsync();
        await Assert.ThrowsAsync<NotExecutedException>(() => call.Soon());
        Assert.True(_completion.Task.IsCompletedSuccessfully);
        ZabServerStatus status = host.Services.GetRequiredService<IZabServer>().Status;
        Assert.Equal((ZabRole.Looking, "stopped", false), (status.Role, status.Reason, status.IsServing));
        Assert.Equal(0, Environment.ExitCode);
        await ((IAsyncDisposable)host).DisposeAsync();
        Assert.True(_isDisposed);
    }

    [Fact]
    public async Task A_replica_that_fails_stops_the_program_with_an_exit_code_of_its_own()
    {
        using IHost host = Build();
        await host.StartAsync();
        try
        {
            Task stopping = StoppingOf(host);
            _completion.SetException(new IOException("fsync of 000002.log failed: EIO"));
            await stopping.Soon();
            Assert.Equal(ZabHostedService.FailureExitCode, Environment.ExitCode);
            Assert.Contains(_log.Lines, static line => line.StartsWith("Critical", StringComparison.Ordinal) && line.Contains("EIO", StringComparison.Ordinal));
            Assert.Equal("failed: fsync of 000002.log failed: EIO", host.Services.GetRequiredService<IZabServer>().Status.Reason);
            NotExecutedException told = await Assert.ThrowsAsync<NotExecutedException>(() => host.Services.GetRequiredService<TallyClient>().TouchAsync().Soon());
            Assert.Contains("EIO", told.Message, StringComparison.Ordinal);
            await host.StopAsync();
        }
        finally
        {
            Environment.ExitCode = 0;               // That of the test run.
        }
    }

    [Fact]
    public async Task A_replica_that_does_not_start_stops_the_start_of_the_host()
    {
        using IHost host = Build();
        _startFailure = new IOException("127.0.0.1:7001 is in use");
        Assert.Same(_startFailure, await Assert.ThrowsAsync<IOException>(() => host.StartAsync()));
        Assert.Equal("not started: 127.0.0.1:7001 is in use", host.Services.GetRequiredService<IZabServer>().Status.Reason);
        Assert.Contains(_log.Lines, static line => line.StartsWith("Critical", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_mistake_in_the_configuration_stops_the_start_before_anything_is_touched()
    {
        using IHost host = Build(configuration: [("Zab:ServerId", "9"), ("Zab:Servers:1", "node-1:7001")]);
        OptionsValidationException told = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());
        Assert.Contains("this server is 9", told.Message, StringComparison.Ordinal);
        Assert.Null(_replica);
    }

    [Fact]
    public async Task Code_changes_what_the_configuration_says()
    {
        using IHost host = Build(static options => options.ServerId = 3, [("Zab:ServerId", "2")]);
        await host.StartAsync();
        Assert.Equal(3U, host.Services.GetRequiredService<IOptions<ZabOptions>>().Value.ServerId);
        await host.StopAsync();
    }

    [Fact]
    public void Added_twice_it_is_still_one_server()
    {
        HostApplicationBuilder builder = Builder([]);
        builder.AddZab().AddReplicated<Tally>();
        int before = builder.Services.Count;
        builder.AddZab();
        Assert.Equal(before, builder.Services.Count);
    }

    [Fact]
    public void A_class_that_is_registered_twice_is_an_error_and_so_is_a_namesake()
    {
        IZabBuilder zab = Builder([]).AddZab().AddReplicated<Tally>();
        Assert.Contains("registered twice", Assert.Throws<InvalidOperationException>(() => zab.AddReplicated<Tally>()).Message, StringComparison.Ordinal);
        Assert.Contains("have the same id", Assert.Throws<InvalidOperationException>(() => zab.AddReplicated<Namesake>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Health_is_whether_calls_can_be_made()
    {
        using IHost host = Build();
        HealthCheckService health = host.Services.GetRequiredService<HealthCheckService>();
        Assert.Equal(HealthStatus.Unhealthy, (await health.CheckHealthAsync()).Status);
        await host.StartAsync();
        Assert.Equal(HealthStatus.Healthy, (await health.CheckHealthAsync()).Status);
        _replica!.LoseLeader("electing");
        HealthReportEntry entry = (await health.CheckHealthAsync()).Entries["zab"];
        Assert.Equal(HealthStatus.Unhealthy, entry.Status);
        Assert.Contains("electing", entry.Description, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public void A_token_goes_into_a_fresh_directory_only()
    {
        string directory = Directory.CreateTempSubdirectory("zab-init-").FullName;
        try
        {
            using IHost host = Build(options => options.DataDirectory = directory, [("Zab:Servers:1", "node-1:7001"), ("Zab:Servers:2", "node-2:7001;observer")]);
            ZabServerInit.Initialize(host.Services, "orders");
            InvalidOperationException told = Assert.Throws<InvalidOperationException>(() => ZabServerInit.Initialize(host.Services, "orders"));
            Assert.Contains(directory, told.Message, StringComparison.Ordinal);
            Assert.Throws<ArgumentException>(() => ZabServerInit.Initialize(host.Services, " "));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Theory]
    [InlineData(nameof(Role.Leading), false, ZabRole.Leader)]
    [InlineData(nameof(Role.Following), false, ZabRole.Follower)]
    [InlineData(nameof(Role.Following), true, ZabRole.Recovering)]
    [InlineData(nameof(Role.Observing), false, ZabRole.Observer)]
    [InlineData(nameof(Role.Looking), true, ZabRole.Recovering)]
    [InlineData(nameof(Role.Looking), false, ZabRole.Looking)]
    [InlineData(nameof(Role.Fresh), false, ZabRole.Looking)]
    [InlineData(nameof(Role.Stopped), false, ZabRole.Looking)]
    public void Each_role_has_its_word(string role, bool isRecovering, ZabRole expected)
    {
        var view = new ReplicaView(Enum.Parse<Role>(role), new ServerId(2), 4, null);
        Assert.Equal(expected, ZabServer.RoleOf(new ReplicaStatus(view, new ServerId(1), default, isRecovering, 4, 4, default, default, default, default)));
    }

    private IHost Build(Action<ZabOptions>? configure = null, (string Key, string Value)[]? configuration = null)
    {
        HostApplicationBuilder builder = Builder(configuration ?? []);
        builder.Services.AddSingleton<ReplicaLauncher>(LaunchAsync);
        builder.Services.AddHealthChecks().AddZab();
        builder.AddZab(configure).AddReplicated<Tally>();
        return builder.Build();
    }

    private HostApplicationBuilder Builder((string Key, string Value)[] configuration)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(configuration.Select(static pair => KeyValuePair.Create(pair.Key, (string?)pair.Value)));
        builder.Logging.AddProvider(_log);
        return builder;
    }

    private Task<RunningReplica> LaunchAsync(ReplicaOptions options, ReplicatedClasses classes, IReplicaListener listener, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        if (_startFailure is { } failure) return Task.FromException<RunningReplica>(failure);
        _replica = new FakeReplica(classes, listener);
        return Task.FromResult(new RunningReplica(
            _replica,
            _completion.Task,
            _ =>
            {
                _completion.TrySetResult();
                return ValueTask.CompletedTask;
            },
            () =>
            {
                _isDisposed = true;
                return ValueTask.CompletedTask;
            }));
    }

    private static Task StoppingOf(IHost host)
    {
        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        return stopping.Task;
    }

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        private readonly List<string> _lines = [];

        internal string[] Lines
        {
            get { lock (_lines) return [.. _lines]; }
        }

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            lock (_lines) _lines.Add($"{logLevel} {formatter(state, exception)}");
        }

        public void Dispose()
        {
        }
    }
}

using Microsoft.Extensions.DependencyInjection;
using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests.Behaviour;

/// <summary>The generated client: from a call to the class and back, always through the codec.</summary>
public sealed class ClientTests
{
    private readonly LoopbackConnection<Warehouse> _connection = new();
    private readonly IWarehouse _client;

    public ClientTests() => _client = Create<IWarehouse>(_connection);

    [Fact]
    public async Task ACommandReturnsWhatTheMethodReturned()
    {
        Movement? movement = await _client.StoreAsync("a", Nut());
        Assert.Equal((new Zxid(1, 1), Machine.Session, Machine.Now), (movement!.Value.At, movement.Value.By, movement.Value.Time));
    }

    [Fact]
    public async Task AQueryReturnsACopyOfTheState()
    {
        Item nut = Nut();
        await _client.StoreAsync("a", nut);
        Item? found = await _client.FindAsync("a");
        Assert.Equal((nut.Name, nut.Amount, nut.Price, nut.Size), (found!.Name, found.Amount, found.Price, found.Size));
        Assert.Equal(nut.Tags.AsEnumerable(), found.Tags);
        Assert.NotSame(found, await _client.FindAsync("a"));
        Assert.Null(await _client.FindAsync("b"));
    }

    [Fact]
    public async Task ACommandWithoutResultCompletes()
    {
        await _client.StoreAsync("a", Nut());
        await _client.RemoveAsync("A");
        Assert.Empty(await _client.CheapestAsync());
    }

    [Fact]
    public async Task DefaultsOfTheMethodAreThoseOfTheClient()
    {
        foreach (string key in "abc".Select(static c => c.ToString())) await _client.StoreAsync(key, Nut(), Level.Low);
        Assert.Equal(3, (await _client.CheapestAsync()).Length);
        Assert.Equal(2, (await _client.CheapestAsync(2)).Length);
        Assert.Equal(2, (await _client.CheapestAsync(limit: 2, Read.Local)).Length);
    }

    [Fact]
    public async Task WithoutALevelAQueryTakesTheOneOfTheOptionsOrIsLinearizable()
    {
        await _client.FindAsync("a");
        Assert.Equal(Read.Linearizable, _connection.Options.Read);
        await _client.With(new() { Read = Read.Session }).FindAsync("a");
        Assert.Equal(Read.Session, _connection.Options.Read);
        await _client.With(new() { Read = Read.Session }).FindAsync("a", Read.AtLeast(new Zxid(2, 7)));
        Assert.Equal(Read.AtLeast(new Zxid(2, 7)), _connection.Options.Read);
    }

    [Fact]
    public async Task OptionsAndCancellationReachTheConnection()
    {
        var options = new CallOptions { Session = new Session(new SessionId(5), 6), Request = 7, Receipt = new Receipt() };
        using var cancellation = new CancellationTokenSource();
        await _client.With(options).StoreAsync("a", Nut(), cancellationToken: cancellation.Token);
        Assert.Equal((options, cancellation.Token, "Store"), (_connection.Options, _connection.CancellationToken, _connection.Last));
        await _client.ForgetAsync();
        Assert.Equal(default, _connection.Options);
    }

    [Fact]
    public async Task ANullThatIsNotAllowedNeverReachesTheLog()
    {
        await Assert.ThrowsAsync<ArgumentNullException>("key", async () => await _client.RemoveAsync(null!));
        await Assert.ThrowsAsync<ArgumentNullException>("item", async () => await _client.StoreAsync("a", null!));
        await Assert.ThrowsAsync<ArgumentNullException>("key", async () => await _client.FindAsync(null!));
        Assert.Null(_connection.Last);
    }

    [Fact]
    public async Task WhatACommandThrowsComesOut()
    {
        CommandException exception = await Assert.ThrowsAsync<CommandException>(async () => await _client.StoreAsync("a", Nut() with { Amount = -1 }));
        Assert.Equal("negative", exception.Code);
    }

    [Fact]
    public void TheClientIsInjected()
    {
        var services = new ServiceCollection();
        AddClient<Warehouse>(services);
        ServiceDescriptor descriptor = Assert.Single(services);
        Assert.Equal((typeof(IWarehouse), ServiceLifetime.Singleton), (descriptor.ServiceType, descriptor.Lifetime));
        Assert.IsType<WarehouseClient>(descriptor.ImplementationFactory!(new OneService(_connection)));
    }

    internal static Item Nut() => new("nut", 3, 1.50m, ["small", "Metal"]) { Size = new Size(1, 2.5, 3.5) };

    private static T Create<T>(ZabConnection connection)
        where T : class, IReplicatedClient<T> => T.Create(connection);

    private static void AddClient<T>(IServiceCollection services)
        where T : class, IReplicated<T> => T.AddClient(services);

    private sealed class OneService(ZabConnection connection) : IServiceProvider
    {
        public object? GetService(Type serviceType) => serviceType == typeof(ZabConnection) ? connection : null;
    }
}

using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>What a <see cref="Simulation"/> is asked to do, where the seed shall not decide alone.</summary>
public sealed class SimulationOptions
{
    private Func<Func<DeterministicRandom, Invocation>>? _load;

    /// <summary>Servers that do not vote; by the seed where not given.</summary>
    public int? Observers { get; set; }

    /// <summary>Clients that call; 1 to 16, by the seed where not given.</summary>
    public int? Clients { get; set; }

    /// <summary>Calls of all clients in a simulated second; 1 to 50, by the seed where not given.</summary>
    public int? CallsPerSecond { get; set; }

    /// <summary>
    /// Whether faults leave what an ensemble needs to recover: a quorum of the voters with the directories that they had. Then it must recover, and the simulation fails
    /// if it does not. Without it an ensemble may stop for good, and still may not lie. True where not set.
    /// </summary>
    public bool StaysRecoverable { get; set; } = true;

    /// <summary>The part of the state that a call reads and writes, given its generated proposal: parts are checked for linearizability alone, which is much faster. Null for a call that touches all of it.</summary>
    /// <remarks>Allowed only where the state consists of parts that no call of another key reads or writes.</remarks>
    public Func<object, string?>? KeyOf { get; set; }

    internal Func<Func<DeterministicRandom, Invocation>>? Load => _load;

    /// <summary>Says what clients call, in place of random calls of every command and query.</summary>
    /// <typeparam name="TClient">The generated client interface.</typeparam>
    /// <param name="call">Makes exactly one call of the client each time; its choices follow from the random numbers only. The call returns at once and answers nothing.</param>
    /// <returns>These options.</returns>
    public SimulationOptions Calling<TClient>(Action<TClient, DeterministicRandom> call)
        where TClient : class, IReplicatedClient<TClient>
    {
        ArgumentNullException.ThrowIfNull(call);
        _load = () =>
        {
            var connection = new CapturingConnection();
            TClient client = TClient.Create(connection);
            return random =>
            {
                call(client, random);
                return connection.Take();
            };
        };
        return this;
    }
}

using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>What a caller that goes from server to server sees.</summary>
public sealed class ClientTests(ITestOutputHelper output)
{
    [Fact]
    public Task C04_a_caller_that_moves_to_a_lagging_server_never_sees_an_older_state() =>
        new LaggingServer(moves: 5, lag: TimeSpan.FromMilliseconds(200), output.WriteLine).RunAsync();
}

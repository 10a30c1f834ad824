using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Zab.Hosting;

/// <summary>Healthy while calls can be made through this server.</summary>
internal sealed class ZabHealthCheck(IZabServer server) : IHealthCheck
{
    internal const string Name = "zab";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        ZabServerStatus status = server.Status;
        var data = new Dictionary<string, object>
        {
            ["serverId"] = status.ServerId,
            ["role"] = status.Role.ToString(),
            ["epoch"] = status.Epoch,
            ["lastApplied"] = status.LastApplied.ToString(),
        };
        return Task.FromResult(status.IsServing
            ? HealthCheckResult.Healthy($"server {status.ServerId} is {status.Role} in epoch {status.Epoch}", data)
            : new HealthCheckResult(context.Registration.FailureStatus, $"server {status.ServerId} does not serve: {status.Reason ?? "it knows no leader"}", data: data));
    }
}

using Microsoft.Extensions.Logging;
using Xunit;

namespace Zab.Tests.Replica.Driver;

/// <summary>Writes the event ids of the log into the journal: <c>log 406</c>.</summary>
internal sealed class JournalLoggers(Journal journal) : ILoggerFactory, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("there is the journal only");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        Assert.NotEmpty(formatter(state, exception));
        journal.Add($"log {eventId.Id}");
    }

    public void Dispose()
    {
    }
}

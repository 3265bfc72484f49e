using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Pylon.Testing;

/// <summary>What was logged: each entry with its level, its message and its exception.</summary>
public sealed class RecordedLog : ILoggerProvider, ILogger
{
    /// <summary>In the order of time.</summary>
    public ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>A logger that writes here.</summary>
    public ILogger<T> For<T>() => new LoggerFactory([this]).CreateLogger<T>();

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => true;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        Lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace TestKit;

/// <summary>One message as it was written.</summary>
public sealed record LoggedMessage(int Id, LogLevel Level, string Text);

/// <summary>Keeps every message of every level.</summary>
public sealed class RecordingLogger<T> : ILogger<T>
{
    private readonly ConcurrentQueue<LoggedMessage> _messages = new();

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<LoggedMessage> Messages => [.. _messages];

    /// <returns>Those with this event id, oldest first.</returns>
    public IReadOnlyList<LoggedMessage> WithId(int id) => [.. _messages.Where(message => message.Id == id)];

    /// <summary>Thrown instead of writing the message with an id for which it gives something.</summary>
    public Func<int, Exception?>? Failure { get; set; }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (Failure?.Invoke(eventId.Id) is { } failure)
            throw failure;
        _messages.Enqueue(new LoggedMessage(eventId.Id, logLevel, formatter(state, exception)));
    }
}

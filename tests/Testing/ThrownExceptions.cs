using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;

namespace Pylon.Testing;

/// <summary>Every exception, caught or not, of the code that is started while this is not disposed.</summary>
public sealed class ThrownExceptions : IDisposable
{
    private static readonly AsyncLocal<ThrownExceptions?> Current = new();
    private readonly ConcurrentQueue<string> _all = [];

    private ThrownExceptions() => AppDomain.CurrentDomain.FirstChanceException += Note;

    public IReadOnlyCollection<string> All => _all;

    public static ThrownExceptions Record() => Current.Value = new ThrownExceptions();

    public void Dispose()
    {
        AppDomain.CurrentDomain.FirstChanceException -= Note;
        Current.Value = null;
    }

    private void Note(object? sender, FirstChanceExceptionEventArgs thrown)
    {
        if (Current.Value == this)
            _all.Enqueue($"{thrown.Exception.GetType()}: {thrown.Exception.Message}");
    }
}

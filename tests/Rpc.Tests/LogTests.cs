using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.Testing;

namespace Pylon.Rpc.Tests;

public sealed class LogTests
{
    private readonly FakeTime _time = new(new DateTimeOffset(2026, 3, 10, 8, 0, 0, 125, TimeSpan.Zero));

    [Fact]
    public void EntryIsOneShortLine() => Assert.Equal(
        "2026-03-10T08:00:00.125Z warn FlowWorker: the queue is unreadable\n", Line(LogLevel.Warning, "the queue is unreadable"));

    [Fact]
    public void OurScopesAndTheShortTraceAreInTheLineAndTheServersScopesAreNot()
    {
        var scopes = new LoggerExternalScopeProvider();
        using var activity = new Activity("call").SetIdFormat(ActivityIdFormat.W3C).Start();
        using var connection = scopes.Push(new List<KeyValuePair<string, object?>> { new("ConnectionId", "0HNQBD36VA7D4"), new("RequestPath", "/x") });
        using var ours = new Logger(scopes).BeginScope("workload {workload_id}", "7c9e6679");

        Assert.Equal(
            $"2026-03-10T08:00:00.125Z info FlowWorker: taken [workload 7c9e6679] trace={activity.TraceId.ToHexString()[..8]}\n",
            Line(LogLevel.Information, "taken", scopes: scopes));
    }

    [Fact]
    public void TextOfACallerCannotBeginAnotherLine() => Assert.Equal(
        "2026-03-10T08:00:00.125Z fail FlowWorker: refused:  2026 crit all is lost System.InvalidOperationException: a b\n",
        Line(LogLevel.Error, "refused:\r\n2026 crit all is lost", new InvalidOperationException("a\nb")));

    [Theory]
    [InlineData(null, "line")]
    [InlineData("", "line")]
    [InlineData("json", "json")]
    public void LinesAreJsonWhenSet(string? set, string expected)
    {
        using var provider = Logging("Logging:Console:FormatterName", set);

        Assert.Equal(expected, provider.GetRequiredService<IOptions<ConsoleLoggerOptions>>().Value.FormatterName);
        Assert.Contains(provider.GetServices<ConsoleFormatter>(), formatter => formatter.Name == expected);
    }

    // The last is logged for a caller that goes away while its request is being read.
    [Theory]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Information)]
    [InlineData("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Warning)]
    [InlineData("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.Error)]
    public void LibrariesDoNotLogEachCall(string category, LogLevel level)
    {
        using var provider = Logging();

        Assert.False(provider.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(level));
    }

    [Theory]
    [InlineData("Grpc.Net.Client", "Grpc.Net.Client")]
    [InlineData("Yarp", "Yarp.ReverseProxy.Routing")]
    [InlineData("Microsoft.Extensions.Diagnostics.HealthChecks", "Microsoft.Extensions.Diagnostics.HealthChecks.DefaultHealthCheckService")]
    public void ASettingWinsOverWhatIsLeftOut(string set, string category)
    {
        using var provider = Logging($"Logging:LogLevel:{set}", "Trace");

        Assert.True(provider.GetRequiredService<ILoggerFactory>().CreateLogger(category).IsEnabled(LogLevel.Trace));
    }

    [Fact]
    public void LinesOfAMinuteAreBoundedAndTheRestIsCounted()
    {
        var leftOut = new List<int>();
        using var limit = new LogLimit(3, leftOut.Add, _time);

        Assert.Equal([true, true, true, false, false], Enumerable.Range(0, 5).Select(_ => limit.Allows()));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([2], leftOut);

        Assert.True(limit.Allows());
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal([2], leftOut);
    }

    // As the host does it: the settings first, then ours.
    private ServiceProvider Logging(string setting = "Unset", string? value = null)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new(setting, value)]).Build();
        return new ServiceCollection().AddSingleton<TimeProvider>(_time).AddLogging(logging =>
        {
            logging.AddConfiguration(configuration.GetSection("Logging"));
            Logs.Configure(logging, configuration);
        }).BuildServiceProvider();
    }

    private string Line(LogLevel level, string message, Exception? exception = null, IExternalScopeProvider? scopes = null)
    {
        using var text = new StringWriter();
        new LineFormatter(_time).Write(new LogEntry<string>(level, "Pylon.Orchestrator.Flow.FlowWorker", 0, message, exception, (state, _) => state), scopes, text);
        return text.ToString();
    }

    private sealed class Logger(IExternalScopeProvider scopes) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => false;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
        }
    }
}

using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.ServiceDefaults;

/// <summary>One line per entry on the console; JSON with the setting Logging__Console__FormatterName=json.</summary>
internal static class Logs
{
    private static readonly string[] Levels = Enum.GetNames<LogLevel>();

    public static void Configure(ILoggingBuilder logging, IConfiguration configuration)
    {
        // Of its own accord the library throws with a stack trace, and does not name the setting.
        var wrong = configuration.GetSection("Logging").AsEnumerable()
            .Where(each => each.Key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase) && !string.IsNullOrEmpty(each.Value) && !(Enum.TryParse<LogLevel>(each.Value, ignoreCase: true, out var level) && Enum.IsDefined(level)))
            .Select(each => Setting.Wrong(each.Key, each.Value, $"must be one of {string.Join(", ", Levels)}")).Order(StringComparer.Ordinal).ToList();
        if (wrong.Count > 0)
            throw new OptionsValidationException("Logging", typeof(LogLevel), wrong);
        logging.ClearProviders();
        logging.AddConsole(console => console.FormatterName = string.IsNullOrEmpty(console.FormatterName) ? LineFormatter.FormatterName : console.FormatterName);
        logging.AddConsoleFormatter<LineFormatter, ConsoleFormatterOptions>();
        logging.Services.Configure<JsonConsoleFormatterOptions>(json => (json.IncludeScopes, json.UseUtcTimestamp, json.TimestampFormat) = (true, true, json.TimestampFormat ?? "yyyy-MM-ddTHH:mm:ss.fffZ"));
        logging.Configure(options => options.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);
        // Per request they say what metrics and traces already do. A setting (Logging__LogLevel__<category>) wins.
        logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        logging.AddFilter("System.Net.Http", LogLevel.Warning);
        logging.AddFilter("Grpc", LogLevel.Warning);
        logging.AddFilter("Yarp", LogLevel.Warning);
        // A caller that goes away is a warning to it. A failed call is its caller's error; a failing service is logged by HealthLog.
        logging.AddFilter("Yarp.ReverseProxy.Forwarder.HttpForwarder", LogLevel.Error);
        // What a method throws is logged by RefusalInterceptor. The rest is a caller that has gone before its request was read.
        logging.AddFilter("Grpc.AspNetCore.Server.ServerCallHandler", LogLevel.None);
        // The caller has the error and logs what it means; a probe of an unreachable peer is not a line each time.
        logging.AddFilter("Grpc.Net.Client", LogLevel.Error);
        logging.AddFilter("Polly", LogLevel.Warning);
        // It logs a failing check with every probe; HealthLog logs the change.
        logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        // Of two rules for one category the later one wins.
        logging.AddConfiguration(configuration.GetSection("Logging"));
    }
}

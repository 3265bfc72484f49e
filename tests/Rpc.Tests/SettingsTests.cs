using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pylon.ServiceDefaults;
using Pylon.ServiceDefaults.Configuration;

namespace Pylon.Rpc.Tests;

public sealed class SettingsTests
{
    [Theory]
    [InlineData("BPP_POLL_INTERVAL", "2.5")]
    [InlineData("BPP_POLL_INTERVAL", "2.5s")]
    [InlineData("BPP_POLL_INTERVAL", "00:00:02.5")]
    [InlineData("Bpp:PollInterval", "00:00:02.5")]
    public void BothSpellingsOfASettingWork(string name, string value)
    {
        using var app = App([new(name, value)]);

        Assert.Equal(TimeSpan.FromSeconds(2.5), app.Services.GetRequiredService<IOptions<BppOptions>>().Value.PollInterval);
    }

    [Fact]
    public void TheFullSpellingInTheEnvironmentOrOnTheCommandLineWins()
    {
        using var app = App([], "--BPP_POLL_INTERVAL=7", "--Bpp:PollInterval=00:00:03");

        Assert.Equal(TimeSpan.FromSeconds(3), app.Services.GetRequiredService<IOptions<BppOptions>>().Value.PollInterval);
    }

    [Fact]
    public void WhereTheConductorListensIsNotWhereEverybodyDoes()
    {
        KeyValuePair<string, string?>[] settings = [new("BCS_HTTP_PORT", "4999"), new("BCS_HTTP_HOST", "0.0.0.0")];
        using var conductor = App(settings, "conductor", []);
        using var other = App(settings);

        Assert.Equal(("4999", "0.0.0.0"), (conductor.Configuration["PYLON_HTTP_PORT"], conductor.Configuration["PYLON_BIND"]));
        Assert.Equal((null, null), (other.Configuration["PYLON_HTTP_PORT"], other.Configuration["PYLON_BIND"]));
    }

    [Fact]
    public async Task ASettingThatChangesNothingIsNamedAtTheStart()
    {
        using var lines = new Lines();
        var values = new ConfigurationBuilder().AddInMemoryCollection([new("BCS_KAFKA_BOOTSTRAP_SERVERS", "kafka:9092"), new("BCS_HTTP_TIMEOUT", "")]).Build();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        await new IdleSettings("conductor", values, factory.CreateLogger<IdleSettings>()).StartAsync(default);
        await new IdleSettings("gateway", values, factory.CreateLogger<IdleSettings>()).StartAsync(default);
        values["EventStream:Kind"] = "Kafka";
        await new IdleSettings("conductor", values, factory.CreateLogger<IdleSettings>()).StartAsync(default);

        Assert.StartsWith("BCS_KAFKA_BOOTSTRAP_SERVERS has no effect: events are streams of the Redis", Assert.Single(lines.Written), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INFO", LogLevel.Information)]
    [InlineData("warn", LogLevel.Warning)]
    [InlineData("Debug", LogLevel.Debug)]
    public void TheLogLevelOfTheSeedsIsUnderstood(string text, LogLevel level)
    {
        using var app = App([new("LOG_LEVEL", text)]);

        Assert.Equal(level.ToString(), app.Configuration["Logging:LogLevel:Default"], ignoreCase: true);
    }

    [Theory]
    [InlineData("BPP_POLL_INTERVAL", "0", "BPP_POLL_INTERVAL=00:00:00: must be from 00:00:00.1000000 to 01:00:00")]
    [InlineData("BPP_POLL_INTERVAL", "soon", "BPP_POLL_INTERVAL=soon: must be seconds, for example 10, or a duration hh:mm:ss")]
    [InlineData("Bpp:PollInterval", "10", "BPP_POLL_INTERVAL=10: must be a duration hh:mm:ss, for example 00:00:10")]
    [InlineData("MAX_WORKLOADS_PER_CYCLE", "many", "MAX_WORKLOADS_PER_CYCLE=many: must be a whole number (Int32)")]
    [InlineData("MAX_WORKLOADS_PER_CYCLE", "0", "MAX_WORKLOADS_PER_CYCLE=0: must be from 1 to 1000")]
    [InlineData("BPP_BASE_URL", "nowhere", "BPP_BASE_URL=nowhere: must be an absolute http or https URL")]
    [InlineData("BAP_URI", "/beckn", "BAP_URI=/beckn: must be an absolute URL")]
    [InlineData("Bpp:AdminKey", "hunter2", "Bpp__AdminKey=(hidden): must have 10 to 40 characters")]
    [InlineData("Bpp:Region", "17", "Bpp__Region=17: must be even")]
    [InlineData("PYLON_GRPC_PORT", "http", "PYLON_GRPC_PORT=http: must be a port, 0 to 65535")]
    [InlineData("PYLON_HTTP_PORT", "5999", "PYLON_HTTP_PORT=5999: must differ from PYLON_GRPC_PORT")]
    [InlineData("PYLON_BIND", "everywhere", "PYLON_BIND=everywhere: must be an IP address, for example 0.0.0.0")]
    public void ABadSettingIsNamedWithItsValueAndWhatWouldBeRight(string name, string value, string message)
    {
        using var app = App([new(name, value)]);

        var error = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal([message], error.Failures);
    }

    [Theory]
    [InlineData("BCS_HTTP_PORT", "4002x", "BCS_HTTP_PORT=4002x: must be a port, 0 to 65535")]
    [InlineData("BCS_HTTP_HOST", "everywhere", "BCS_HTTP_HOST=everywhere: must be an IP address, for example 0.0.0.0")]
    [InlineData("PYLON_HTTP_PORT", "4002x", "PYLON_HTTP_PORT=4002x: must be a port, 0 to 65535")]
    public void ABadSettingOfTheConductorIsNamedAsItWasGiven(string name, string value, string message)
    {
        using var app = App([new(name, value)], "conductor", []);

        var error = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal([message], error.Failures);
    }

    [Theory]
    [InlineData("8000x", "API_PORT=8000x: must be a port, 0 to 65535")]
    [InlineData("5999", "API_PORT=5999: must differ from PYLON_GRPC_PORT")]
    public void ABadApiPortOfTheGatewayIsNamed(string value, string message)
    {
        using var app = App([new("API_PORT", value)], "gateway", []);
        using var other = App([new("API_PORT", value)]);

        var error = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);
        other.Services.GetRequiredService<IStartupValidator>().Validate();

        Assert.Equal([message], error.Failures);
    }

    [Theory]
    [InlineData("HOTSPOT_CHECK_INTERVAL", "300", "Hotspots:CheckInterval", "00:05:00")]
    [InlineData("BASELINE_RECALC_INTERVAL", "3600", "Baselines:RecalcInterval", "01:00:00")]
    [InlineData("THRESHOLD_INFO", "0.8", "Hotspots:ThresholdInfo", "0.8")]
    [InlineData("THRESHOLD_WARN", "1.0", "Hotspots:ThresholdWarn", "1.0")]
    [InlineData("THRESHOLD_CRITICAL", "1.5", "Hotspots:ThresholdCritical", "1.5")]
    [InlineData("HOTSPOT_BASIS", "ratio", "Hotspots:Basis", "ratio")]
    [InlineData("ML_ENGINE_URL", "http://localhost:8001", "MlEngine:BaseUrl", "http://localhost:8001")]
    [InlineData("RAG_SERVICE_URL", "http://localhost:4000", "RagService:BaseUrl", "http://localhost:4000")]
    public void TheSettingsOfTheInsightsSeedWork(string name, string value, string key, string read)
    {
        using var app = App([new(name, value)], "insights", []);

        Assert.Equal(read, app.Configuration[key]);
    }

    [Fact]
    public async Task AKeyThatChangesNothingIsNotInTheLog()
    {
        using var lines = new Lines();
        var values = new ConfigurationBuilder().AddInMemoryCollection([new("SUPABASE_SERVICE_KEY", "hunter2"), new("SUPABASE_URL", "https://x.supabase.co"), new("DATA_CORE_URL", "http://localhost:8002")]).Build();
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(lines));
        await new IdleSettings("insights", values, factory.CreateLogger<IdleSettings>()).StartAsync(default);

        Assert.Equal(3, lines.Written.Count);
        Assert.DoesNotContain(lines.Written, line => line.Contains("hunter2", StringComparison.Ordinal) || line.Contains("supabase.co", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("BCS_LOG_LEVEL", "LOUD", "BCS_LOG_LEVEL=LOUD: must be one of Trace, Debug, Information, Warning, Error, Critical, None")]
    [InlineData("LOG_LEVEL", "7", "LOG_LEVEL=7: must be one of Trace, Debug, Information, Warning, Error, Critical, None")]
    [InlineData("Logging:LogLevel:Pylon.Conductor.Intake", "LOUD", "Logging__LogLevel__Pylon.Conductor.Intake=LOUD: must be one of Trace, Debug, Information, Warning, Error, Critical, None")]
    public void ABadLogLevelIsOneLine(string name, string value, string message)
    {
        var error = Assert.Throws<OptionsValidationException>(() => App([new(name, value)], "conductor", []));

        Assert.Equal([message], error.Failures);
    }

    [Fact]
    public void AMissingSettingIsNamedByItsShortName()
    {
        using var app = App([new("BPP_BASE_URL", "")]);

        var error = Assert.Throws<OptionsValidationException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal(["BPP_BASE_URL: is required"], error.Failures);
    }

    [Fact]
    public void SeveralBadSettingsAreNamedAtOnce()
    {
        using var app = App([new("MAX_WORKLOADS_PER_CYCLE", "0"), new("BPP_POLL_INTERVAL", "0"), new("PYLON_GRPC_PORT", "x")]);

        var error = Assert.Throws<AggregateException>(app.Services.GetRequiredService<IStartupValidator>().Validate);

        Assert.Equal(3, StartFailure.Explain(error).Count);
    }

    [Fact]
    public async Task AProcessWithABadSettingEndsWithOne()
    {
        await using var app = App([new("PYLON_GRPC_PORT", "x")]);

        Assert.Equal(1, await app.RunServiceAsync());
    }

    [Fact]
    public async Task AProcessWhosePortIsTakenEndsWithOne()
    {
        await using var first = await TestService.StartAsync();
        await using var second = App([new("PYLON_GRPC_PORT", new Uri(first.GrpcAddress).Port.ToString()), new("PYLON_HTTP_PORT", "0")]);

        Assert.Equal(1, await second.RunServiceAsync());
    }

    private static WebApplication App(IEnumerable<KeyValuePair<string, string?>> settings, params string[] args) => App(settings, "test", args);

    private static WebApplication App(IEnumerable<KeyValuePair<string, string?>> settings, string service, string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = "Production", Args = args });
        builder.Configuration.AddInMemoryCollection([new("BPP_BASE_URL", "http://127.0.0.1:5300/bpp")]).AddInMemoryCollection(settings);
        builder.AddServiceDefaults(service, 5999, 5998);
        builder.Logging.ClearProviders();
        builder.Services.AddValidatedOptions<BppOptions>("Bpp");
        var app = builder.Build();
        app.MapServiceDefaults();
        return app;
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));

        public void Dispose()
        {
        }
    }

    private sealed class BppOptions : IValidatableObject
    {
        [Required, Url]
        public string BaseUrl { get; set; } = "";

        [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
        public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(10);

        [Range(1, 1000)]
        public int MaxWorkloadsPerCycle { get; set; } = 5;

        [StringLength(40, MinimumLength = 10)]
        public string? AdminKey { get; set; }

        public Uri? BapUri { get; set; }

        public int Region { get; set; }

        public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
        {
            if (Region % 2 != 0)
                yield return new ValidationResult("must be even", [nameof(Region)]);
        }
    }
}

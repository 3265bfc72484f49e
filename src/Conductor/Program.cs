using Pylon.Conductor.Batches;
using Pylon.Conductor.DeadLetters;
using Pylon.Conductor.Pipelines;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

namespace Pylon.Conductor;

internal static class Program
{
    private const string Schema = "conductor";

    public static Task<int> Main(string[] args) => Build(args).RunServiceAsync();

    /// <summary>The whole service; a test puts in its own server.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? customize = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        customize?.Invoke(builder);
        builder.AddServiceDefaults("conductor", defaultGrpcPort: 4002, defaultHttpPort: 4003);
        var inMemory = builder.Configuration[$"{ConductorOptions.Section}:{nameof(ConductorOptions.UseMockRepository)}"] is { } text
            && bool.TryParse(text, out var mock) && mock;
        builder.Services.AddPipelines();
        if (inMemory)
        {
            builder.Services.AddMemoryBatches();
        }
        else
        {
            builder.Services
                .AddPostgres(builder.Configuration, Schema)
                .AddMigrations(typeof(Program).Assembly, Schema)
                .AddEventStream(builder.Configuration)
                .AddBatches();
        }

        var app = builder.Build();
        app.MapGrpcService<PipelineService>();
        if (inMemory)
        {
            app.MapServiceDefaults(V1.PipelineService.Descriptor);
            return app;
        }

        app.MapGrpcService<DeadLetterService>();
        app.MapServiceDefaults(V1.PipelineService.Descriptor, V1.DeadLetterService.Descriptor);
        return app;
    }
}

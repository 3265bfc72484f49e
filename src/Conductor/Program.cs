using Pylon.Conductor.Batches;
using Pylon.Conductor.Catalogues;
using Pylon.Conductor.Circuits;
using Pylon.Conductor.DeadLetters;
using Pylon.Conductor.Http;
using Pylon.Conductor.Intake;
using Pylon.Conductor.Journals;
using Pylon.Conductor.Pipelines;
using Pylon.Conductor.Purge;
using Pylon.Conductor.Relay;
using Pylon.Conductor.Shared;
using Pylon.Conductor.State;
using Pylon.Conductor.Work;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.ServiceDefaults;
using Pylon.Transcoding;

namespace Pylon.Conductor;

internal static class Program
{
    private const string Schema = "conductor";

    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args), instead: PostgresFeature.MigrateOnly(args));

    /// <summary>The whole service; a test puts in its own server.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("conductor", defaultGrpcPort: 4002, defaultHttpPort: 4003);
        builder.Services.AddShared().AddCatalogues().AddBatches().AddPipelines().AddHttp();
        var inMemory = bool.TryParse(builder.Configuration[ConductorOptions.InMemory], out var mock) && mock;
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
                .AddCircuits().AddJournals().AddState().AddRelay().AddPurge().AddDeadLetters().AddIntake().AddWork();
        }

        var app = builder.Build();
        // Its series are there from the start.
        app.Services.GetRequiredService<ConductorMetrics>();
        app.UseTranscoding();
        app.MapGrpcService<PipelineService>();
        if (inMemory)
        {
            app.MapServiceDefaults(V1.PipelineService.Descriptor);
            return app;
        }

        app.MapGrpcService<DeadLetterService>();
        app.MapGrpcService<WorkService>();
        app.MapServiceDefaults(V1.PipelineService.Descriptor, V1.DeadLetterService.Descriptor, V1.WorkService.Descriptor);
        return app;
    }
}

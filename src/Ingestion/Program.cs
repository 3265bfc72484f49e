using Pylon.Ingestion.Clients;
using Pylon.Ingestion.Forecasts;
using Pylon.Ingestion.Freshness;
using Pylon.Ingestion.Grid;
using Pylon.Ingestion.Import;
using Pylon.Ingestion.Market;
using Pylon.Ingestion.Postcodes;
using Pylon.Ingestion.Regional;
using Pylon.Ingestion.Runs;
using Pylon.Ingestion.Series;
using Pylon.Ingestion.SeriesReading;
using Pylon.Ingestion.Zones;
using Pylon.Messaging;
using Pylon.Postgres;
using Pylon.ServiceDefaults;

namespace Pylon.Ingestion;

internal static class Program
{
    private const string Schema = "ingestion";

    public static Task<int> Main(string[] args) => Defaults.RunServiceAsync(() => Build(args), instead: PostgresFeature.MigrateOnly(args));

    /// <summary>Builds the service; a test configures its own server and clock.</summary>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(args);
        configure?.Invoke(builder);
        builder.AddServiceDefaults("ingestion", defaultGrpcPort: 5101, defaultHttpPort: 5201);
        builder.Services
            .AddPostgres(builder.Configuration, Schema)
            .AddMigrations(typeof(Program).Assembly, Schema)
            .AddEventStream(builder.Configuration)
            .AddOutboxRelay(Schema, "pylon/ingestion")
            .AddZones()
            .AddRegionalGrid()
            .AddSeries()
            .AddSeriesReading()
            .AddMarket()
            .AddSourceClients(builder.Configuration)
            .AddRuns()
            .AddFreshness()
            .AddForecasts()
            .AddPostcodes()
            .AddGrid()
            .AddImport();

        var app = builder.Build();
        app.MapGrpcService<GridService>();
        app.MapGrpcService<MarketService>();
        app.MapGrpcService<PipelineRunService>();
        app.MapGrpcService<SeriesService>();
        app.MapServiceDefaults(V1.GridService.Descriptor, V1.MarketService.Descriptor, V1.PipelineRunService.Descriptor, V1.SeriesService.Descriptor);
        return app;
    }
}

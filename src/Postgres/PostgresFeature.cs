using System.Diagnostics;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Pylon.Postgres;

/// <summary>What a service that keeps state in PostgreSQL registers.</summary>
public static class PostgresFeature
{
    /// <summary>The setting that says where PostgreSQL is; see <see cref="PostgresUri"/>.</summary>
    public const string Setting = "PYLON_POSTGRES";

    /// <summary>
    /// The setting that says how migrations connect, when not as the service does: as the owner of the tables, on the same
    /// database. The role of <see cref="Setting"/> then gets what it needs and no more; see <see cref="ServiceRole"/>.
    /// </summary>
    public const string OwnerSetting = "PYLON_POSTGRES_OWNER";

    /// <summary>
    /// The setting that says where PostgreSQL is when <see cref="Setting"/> is a pooler that pools transactions; see <see cref="DirectDatabase"/>.
    /// </summary>
    public const string DirectSetting = "PYLON_POSTGRES_DIRECT";

    // In the place of a database, of which a pooler has one for each schema.
    private const string SchemaMark = "{schema}";

    private const int DefaultPoolSize = 20;

    // A LISTEN of each worker, the lock of a run or scan, and one to spare.
    private const int DefaultDirectPoolSize = 10;

    // Of each connection; the one unused for longest makes room.
    private const int DefaultPrepared = 100;

    /// <summary>
    /// Registers the <see cref="NpgsqlDataSource"/> of <c>PYLON_POSTGRES</c>, whose unqualified names are found in
    /// <paramref name="schema"/>, its health check <c>postgres</c>, and <see cref="Listener"/>.
    /// </summary>
    /// <param name="services">The services of the host.</param>
    /// <param name="configuration">Has the settings.</param>
    /// <param name="schema">Of the service.</param>
    /// <param name="hasOwner">True when migrations connect as <c>PYLON_POSTGRES_OWNER</c> where that is set. A service that makes tables while it runs owns its schema itself.</param>
    /// <remarks>A setting that is missing or cannot be read stops the start with its name.</remarks>
    public static IServiceCollection AddPostgres(this IServiceCollection services, IConfiguration configuration, string schema, bool hasOwner = false)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        SchemaName.Check(schema);
        services.AddOptions<PostgresOptions>().Configure(options =>
        {
            options.Server = configuration[Setting];
            options.Direct = configuration[DirectSetting] is { Length: > 0 } direct ? direct : null;
            options.Replicas = configuration[Replicas.Setting];
            options.Owner = hasOwner && configuration[OwnerSetting] is { Length: > 0 } owner ? owner : null;
        }).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PostgresOptions>, PostgresOptionsCheck>());
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider => Open(OptionsOf(provider) is { Direct: not null } options ? PooledConnectionString(options.Server, schema) : ConnectionString(OptionsOf(provider).Server, schema)));
        services.TryAddKeyedSingleton(DirectSetting, (provider, _) => Open(ConnectionString(OptionsOf(provider).Direct, schema, DirectSetting)));
        services.TryAddSingleton(provider => new DirectDatabase(OptionsOf(provider).Direct is null
            ? provider.GetRequiredService<NpgsqlDataSource>()
            : provider.GetRequiredKeyedService<NpgsqlDataSource>(DirectSetting)));
        services.TryAddSingleton(provider => new TenantDatabase(provider.GetRequiredService<NpgsqlDataSource>(), Tenant.All));
        services.TryAddSingleton<Listener>();
        services.TryAddSingleton(new SchemaOfService(schema));
        services.TryAddSingleton<ConnectionBudgetStep>();
        services.AddHostedService(provider => provider.GetRequiredService<ConnectionBudgetStep>());
        services.AddHealthChecks().AddCheck<PostgresHealthCheck>("postgres");
        return services;
    }

    /// <summary>
    /// Applies the migrations embedded in <paramref name="assembly"/> to <paramref name="schema"/> before any hosted
    /// service starts; see <see cref="Migrator"/>. Register it before everything that has a StartingAsync of its own.
    /// </summary>
    public static IServiceCollection AddMigrations(this IServiceCollection services, Assembly assembly, string schema, string history = Migrator.DefaultHistory)
    {
        services.TryAddSingleton(CreateMigrator);
        services.TryAddKeyedSingleton(OwnerSetting, (provider, _) =>
            Open(ConnectionString(OptionsOf(provider).Owner, "public", OwnerSetting)));
        // Not AddHostedService, which takes a second one of the same type for a repetition.
        return services.AddSingleton(Step).AddSingleton<IHostedService>(Step);

        MigrationStep Step(IServiceProvider provider) => new(provider.GetRequiredService<Migrator>(), assembly, schema, history);
    }

    /// <summary>
    /// With the argument <c>--migrate</c>, what a service does in place of running: its migrations, and nothing else. Exit code 1 and the reason
    /// on standard error when one of them fails. Null without the argument.
    /// </summary>
    public static Func<IServiceProvider, Task<int>>? MigrateOnly(string[] args) => args.Contains("--migrate", StringComparer.Ordinal) ? MigrateAsync : null;

    private static async Task<int> MigrateAsync(IServiceProvider services)
    {
        try
        {
            foreach (var step in services.GetServices<MigrationStep>())
                await step.StartingAsync(CancellationToken.None);
            return 0;
        }
        catch (Exception exception) when (exception is OptionsValidationException or MigrationException or NpgsqlException)
        {
            await Console.Error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static PostgresOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptions<PostgresOptions>>().Value;

    private static Migrator CreateMigrator(IServiceProvider provider)
    {
        var options = OptionsOf(provider);
        var (time, logger) = (provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<Migrator>>());
        return options.Owner is null
            ? new Migrator(provider.GetRequiredService<DirectDatabase>().Source, time, logger)
            : new Migrator(provider.GetRequiredKeyedService<NpgsqlDataSource>(OwnerSetting), time, logger)
            {
                Service = ServiceRole.Of(ConnectionString(options.Server, "public"), ConnectionString(options.Owner, "public", OwnerSetting)),
            };
    }

    // A statement is a span of the request or event that it serves; the polls of idle workers are no traces of their own.
    private static NpgsqlDataSource Open(NpgsqlConnectionStringBuilder settings) => new NpgsqlDataSourceBuilder(settings.ConnectionString)
        .ConfigureTracing(traces => traces
            .ConfigureCommandFilter(_ => Activity.Current is not null)
            .ConfigureBatchFilter(_ => Activity.Current is not null)
            .EnablePhysicalOpenTracing(false))
        .Build();

    /// <summary>
    /// The same through a pooler of transactions: nothing is prepared unless the setting says so (PgBouncer knows prepared statements from 1.21 on), and the
    /// search path is the pooler's, which takes none from a client.
    /// </summary>
    /// <inheritdoc cref="ConnectionString"/>
    public static NpgsqlConnectionStringBuilder PooledConnectionString(string? setting, string schema)
    {
        var result = ConnectionString(setting, schema);
        result.SearchPath = null;
        if (!PostgresUri.Parse(setting!.Trim()).ShouldSerialize("Max Auto Prepare"))
            result.MaxAutoPrepare = 0;
        return result;
    }

    /// <summary>The connection string for a service whose tables are in <paramref name="schema"/>.</summary>
    /// <param name="setting">The value of the setting; <c>{schema}</c> in it stands for the schema.</param>
    /// <param name="schema">Where unqualified names are found.</param>
    /// <param name="name">The name of the setting.</param>
    /// <exception cref="FormatException">The setting is missing or cannot be read; the message names it.</exception>
    public static NpgsqlConnectionStringBuilder ConnectionString(string? setting, string schema, string name = Setting)
    {
        if (string.IsNullOrWhiteSpace(setting))
            throw new FormatException($"{name} is not set: give a URI like postgresql://user@127.0.0.1:5432/pylon");

        NpgsqlConnectionStringBuilder result;
        try
        {
            result = PostgresUri.Parse(setting.Trim().Replace(SchemaMark, schema, StringComparison.Ordinal));
        }
        catch (FormatException e)
        {
            throw new FormatException($"{name} cannot be read: {e.Message}", e);
        }

        result.SearchPath = $"{SchemaName.Check(schema)},public";
        result.Timezone = "UTC";
        // Bounds where the setting gives none: a dead server is an error within seconds, never a hang.
        Default("Application Name", () => result.ApplicationName = $"pylon-{schema}");
        Default("Timeout", () => result.Timeout = 5);
        Default("Command Timeout", () => result.CommandTimeout = 15);
        // By the system and not by Npgsql, whose keepalive ends a waiting LISTEN by an exception each time.
        Default("Tcp Keepalive", () => (result.TcpKeepAlive, result.TcpKeepAliveTime, result.TcpKeepAliveInterval) = (true, 10_000, 3_000));
        Default("Maximum Pool Size", () => result.MaxPoolSize = name == DirectSetting ? DefaultDirectPoolSize : DefaultPoolSize);
        // A connection keeps the statements it runs often prepared, and returns to the pool without DISCARD ALL: see Session.
        Default("No Reset On Close", () => result.NoResetOnClose = true);
        Default("Max Auto Prepare", () => result.MaxAutoPrepare = DefaultPrepared);
        return result;

        void Default(string keyword, Action set)
        {
            if (!result.ShouldSerialize(keyword))
                set();
        }
    }
}

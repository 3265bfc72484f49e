using System.CommandLine;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>registry</c>: lists the objects of a kind, or shows one; <c>world</c>: makes or removes the synthetic world.</summary>
internal static class RegistryCommands
{
    private const int PageSize = 500;

    private static readonly Dictionary<string, Kind> Kinds = new(StringComparer.Ordinal)
    {
        ["operators"] = new(
            ["id", "name", "operator_type", "is_active", "source"],
            async (call, token) =>
            {
                var page = await call.Client.Registry.ListOperatorsAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
                return (page.Operators, page.NextPageToken);
            },
            async (call, id) => (await call.Client.Registry.GetOperatorAsync(new() { Id = id }, cancellationToken: call.CancellationToken)).Operator),
        ["users"] = new(
            ["id", "user_email", "user_name", "role", "is_active", "source"],
            async (call, token) =>
            {
                var page = await call.Client.Registry.ListUsersAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
                return (page.Users, page.NextPageToken);
            },
            async (call, id) => (await call.Client.Registry.GetUserAsync(new() { Id = id }, cancellationToken: call.CancellationToken)).User),
        ["data-centres"] = new(
            ["id", "dc_id", "name", "location_region", "pue", "status", "source"],
            async (call, token) =>
            {
                var page = await call.Client.Registry.ListDataCentresAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
                return (page.DataCentres, page.NextPageToken);
            },
            async (call, id) => (await call.Client.Registry.GetDataCentreAsync(new() { Id = id }, cancellationToken: call.CancellationToken)).DataCentre),
        ["storage-assets"] = new(
            ["id", "asset_id", "name", "capacity_mwh", "status", "source"],
            async (call, token) =>
            {
                var page = await call.Client.Registry.ListStorageAssetsAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
                return (page.StorageAssets, page.NextPageToken);
            },
            async (call, id) => (await call.Client.Registry.GetStorageAssetAsync(new() { Id = id }, cancellationToken: call.CancellationToken)).StorageAsset),
        ["agents"] = new(
            ["id", "agent_id", "name", "agent_type", "status", "current_task", "source"],
            async (call, token) =>
            {
                var page = await call.Client.Registry.ListAgentsAsync(new() { PageSize = PageSize, PageToken = token }, cancellationToken: call.CancellationToken);
                return (page.Agents, page.NextPageToken);
            },
            async (call, id) => (await call.Client.Registry.GetAgentAsync(new() { Id = id }, cancellationToken: call.CancellationToken)).Agent),
    };

    public static Command Registry(CommandContext context)
    {
        var kind = new Argument<string>("kind") { Description = string.Join(", ", Kinds.Keys) };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var id = new Argument<string?>("id") { Description = "Show only this one", Arity = ArgumentArity.ZeroOrOne };
        var command = new Verb("registry", "List operators, users, data centres, storage assets or agents, or show one", "registry data-centres") { kind, id };
        return command.Calls(context, async call =>
        {
            var (name, of) = (call.Required(kind), Kinds[call.Required(kind)]);
            if (call.Value(id) is { } one)
            {
                call.Show(await of.Get(call, one), found => call.Screen.Line(string.Join('\n', Lines(found))));
                return;
            }

            var rows = new List<IMessage>();
            await foreach (var row in Pages.AllAsync(token => of.List(call, token)))
                rows.Add(row);
            call.Show(rows, found => Table(found, of.Fields), $"There are no {name.Replace('-', ' ')}. ./pylon world create makes some");
        });
    }

    public static Command World(CommandContext context) => new Verb("world", "Make or remove the synthetic world of data centres and workloads", "world create")
    {
        new Verb("create", "Make the synthetic world, or what is missing of it", "world create").Calls(context, async call => call.Show(
            await call.Client.SyntheticWorld.CreateSyntheticWorldAsync(new(), cancellationToken: call.CancellationToken), answer => call.Screen.Line($"{Words.Count(answer.RowsCreated, "row")} created"))),
        new Verb("remove", "Remove every synthetic row", "world remove").Calls(context, async call => call.Show(
            await call.Client.SyntheticWorld.RemoveSyntheticWorldAsync(new(), cancellationToken: call.CancellationToken), answer => call.Screen.Line($"{Words.Count(answer.RowsRemoved, "row")} removed"))),
    };

    private static Sheet Table(IEnumerable<IMessage> rows, string[] fields)
    {
        // The id and the name stay in any width.
        var sheet = new Sheet([.. fields.Select((field, n) => new Column(field.Replace('_', ' '), Rank: field is "id" or "name" or "user_email" ? 0 : n, Wraps: field == "name"))]);
        foreach (var row in rows)
            sheet.Add([.. fields.Select(field => Cell(row, row.Descriptor.FindFieldByName(field)))]);
        return sheet;
    }

    private static IEnumerable<string> Lines(IMessage one) => one.Descriptor.Fields.InFieldNumberOrder()
        .Select(field => (field.Name, Cell: Cell(one, field))).Where(member => member.Cell is not ("" or Words.None))
        .Select(member => $"{member.Name.Replace('_', ' ') + ":",-28} {member.Cell}");

    private static string Cell(IMessage row, FieldDescriptor field) =>
        field.HasPresence && !field.Accessor.HasValue(row) ? Words.None : field.Accessor.GetValue(row) switch
        {
            bool flag => flag ? "yes" : "no",
            double number => Figures.Number(number),
            Google.Protobuf.WellKnownTypes.Timestamp time => Figures.Moment(time),
            var value when field is { FieldType: FieldType.Enum, IsRepeated: false } =>
                Words.OfProto(field.EnumType, Convert.ToInt32(value, System.Globalization.CultureInfo.InvariantCulture)),
            var value => $"{value}",
        };

    /// <summary>A kind of object: the columns of its list, a page of them, and one.</summary>
    private sealed record Kind(string[] Fields, Func<Call, string, Task<(IEnumerable<IMessage>, string)>> List, Func<Call, string, Task<IMessage>> Get);
}

using System.CommandLine;
using System.Text.Json.Nodes;
using Pylon.Cli.Client;
using Pylon.LocalStack.Machine;
using Spectre.Console;

namespace Pylon.Cli.Commands;

/// <summary><c>registry</c>: lists the objects of a kind, or shows one; <c>world</c>: makes or removes the synthetic world.</summary>
internal static class RegistryCommands
{
    // The path of each kind, and the fields of its list.
    private static readonly Dictionary<string, string[]> Kinds = new(StringComparer.Ordinal)
    {
        ["operators"] = ["id", "name", "operator_type", "is_active", "source"],
        ["users"] = ["id", "user_email", "user_name", "role", "is_active", "source"],
        ["data-centres"] = ["id", "dc_id", "name", "location_region", "pue", "status", "source"],
        ["storage-assets"] = ["id", "asset_id", "name", "capacity_mwh", "status", "source"],
        ["agents"] = ["id", "agent_id", "name", "agent_type", "status", "current_task", "source"],
    };

    public static Command Registry(Checkout checkout)
    {
        var kind = new Argument<string>("kind") { Description = string.Join(", ", Kinds.Keys) };
        kind.AcceptOnlyFromAmong([.. Kinds.Keys]);
        var id = new Argument<string?>("id") { Description = "Show only this one", Arity = ArgumentArity.ZeroOrOne };
        var json = Options.Json();
        var command = new Command("registry", "List operators, users, data centres, storage assets or agents, or show one") { kind, id, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var path = parsed.GetRequiredValue(kind);
            if (parsed.GetValue(id) is { } one)
                Tables.WriteJson((await client.ReadAsync($"api/v1/{path}/{Uri.EscapeDataString(one)}", cancellationToken)).First().Value);
            else
                await ListAsync(client, path, parsed.GetValue(json), cancellationToken);
        });
        return command;
    }

    public static Command World(Checkout checkout) => new("world", "Make or remove the synthetic world of data centres and workloads")
    {
        WorldCall(checkout, "create", "Make the synthetic world, or what is missing of it", "rows_created"),
        WorldCall(checkout, "remove", "Remove every synthetic row", "rows_removed"),
    };

    private static Command WorldCall(Checkout checkout, string verb, string description, string counted)
    {
        var command = new Command(verb, description);
        command.SetAction(async (_, cancellationToken) =>
        {
            using var client = PylonClient.Connect(checkout);
            var answer = await client.PostAsync($"api/v1/synthetic-world:{verb}", cancellationToken);
            Console.WriteLine($"{answer[counted]} {counted.Replace('_', ' ')}");
        });
        return command;
    }

    private static async Task ListAsync(PylonClient client, string kind, bool json, CancellationToken cancellationToken)
    {
        var rows = new List<JsonNode>();
        var token = "";
        do
        {
            var page = await client.ReadAsync($"api/v1/{kind}?page_size=500&page_token={Uri.EscapeDataString(token)}", cancellationToken);
            rows.AddRange(page[kind.Replace('-', '_')]!.AsArray().OfType<JsonNode>());
            token = (string?)page["next_page_token"] ?? "";
        }
        while (token.Length > 0);
        if (json)
            Tables.WriteJson(rows);
        else
            AnsiConsole.Write(Tables.Objects(rows, Kinds[kind]));
    }
}

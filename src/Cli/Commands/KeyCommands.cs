using System.CommandLine;
using Google.Protobuf.WellKnownTypes;
using Pylon.Cli.Output;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon keys</c>: the keys of callers.</summary>
internal static class KeyCommands
{
    public static Command Create(CommandContext context) =>
        new Verb("keys", "The keys of callers: create, list, revoke", "keys create 'Nightly jobs' --scope workloads:write") { Make(context), List(context), Revoke(context) };

    private static Command Make(CommandContext context)
    {
        var name = new Argument<string>("name") { Description = "What it is for" };
        var scopes = new Option<string[]>("--scope", "-s") { Description = "What its holder may do; once for each, for example workloads:read", Required = true, AllowMultipleArgumentsPerToken = true };
        var owner = new Option<string?>("--operator") { Description = "The id of the operator whose data it is for; yours without it" };
        var expires = Options.Moment("--expires", "When it ends; never without it", context.Time);
        var command = new Verb("create", "Make a key; it is shown once", "keys create 'Nightly jobs' --scope workloads:write --expires +90d") { name, scopes, owner, expires };
        return command.Calls(context, async call =>
        {
            var request = new CreateKeyRequest
            {
                Name = call.Required(name),
                Scopes = { call.Value(scopes) },
                OperatorId = call.Value(owner) ?? "",
                ExpiresAt = call.Value(expires)?.ToTimestamp(),
            };
            call.Show(await call.Client.Keys.CreateKeyAsync(request, cancellationToken: call.CancellationToken), made =>
            {
                call.Screen.Line(made.Text);
                call.Screen.Line("Keep it now: it is not shown again. Its holder sends it as x-api-key.");
            });
        });
    }

    private static Command List(CommandContext context)
    {
        var revoked = new Option<bool>("--revoked") { Description = "Also those that are revoked" };
        var size = Options.Limit(50, 500);
        var command = new Verb("list", "List keys, newest first", "keys list --revoked") { revoked, size };
        return command.Calls(context, async call =>
        {
            var request = new ListKeysRequest { PageSize = call.Value(size), IncludeRevoked = call.Value(revoked) };
            call.Show((await call.Client.Keys.ListKeysAsync(request, cancellationToken: call.CancellationToken)).Keys, Table, "There are no keys.");
        });

        static Sheet Table(IEnumerable<Key> keys)
        {
            var sheet = new Sheet(new("id"), new("name"), new("scopes", Wraps: true), new("operator", Rank: 2), new("last used (UTC)"), new("ends (UTC)", Rank: 1), new("revoked (UTC)", Rank: 1));
            foreach (var key in keys)
                sheet.Add(key.Id, key.Name, string.Join(' ', key.Scopes), key.OperatorId.Length > 0 ? key.OperatorId : "all", Time(key.LastUsedAt), Time(key.ExpiresAt), Time(key.RevokedAt));
            return sheet;
        }

        static string Time(Timestamp? time) => time is null ? Words.None : Figures.Moment(time);
    }

    private static Command Revoke(CommandContext context)
    {
        var id = Options.Id("key");
        var command = new Verb("revoke", "End a key; it is refused within 5 s", $"keys revoke {Verb.SampleId}") { id };
        return command.Calls(context, async call => call.Show(
            (await call.Client.Keys.RevokeKeyAsync(new() { Id = call.Required(id) }, cancellationToken: call.CancellationToken)).Key,
            key => call.Screen.Line($"Key {key.Id} ({key.Name}) is revoked.")));
    }
}

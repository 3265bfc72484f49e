using System.Text.Json;
using System.Text.Json.Nodes;
using Pylon.Cli.Client;

namespace Pylon.Cli.Commands;

/// <summary>Asks for a plan and shows it.</summary>
internal sealed class PlanRun(Func<PylonClient> connect, TimeProvider time, TimeSpan wait, bool json, TextWriter output, TextWriter errors)
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Exit code 0 with a plan.</summary>
    public async Task<int> ShowAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(asked, cancellationToken);
        if (json)
        {
            await output.WriteLineAsync(answer.ToJsonString(Indented));
            return 0;
        }

        var plan = answer.Deserialize<PlanAnswer>(PylonClient.Json) is { Plan: not null } read ? read : throw new ApiException("The Gateway answers without a plan.");
        foreach (var line in PlanPicture.Lines(plan))
            await output.WriteLineAsync(line);
        return 0;
    }

    /// <summary>The same, but no plan is the plan to start now: only a request that is wrong in itself is an error.</summary>
    public async Task<int> OrNowAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        try
        {
            return await ShowAsync(asked, cancellationToken);
        }
        catch (Exception e) when (e is ApiException { Reason: not "FIELD_INVALID" } or JsonException or IOException or HttpRequestException && !cancellationToken.IsCancellationRequested)
        {
            await output.WriteLineAsync(json ? new JsonObject { ["start_now"] = true, ["reason"] = e.Message }.ToJsonString(Indented) : "start now");
            await errors.WriteLineAsync($"pylon: start now: {e.Message}");
            return 0;
        }
    }

    private async Task<JsonNode> AskAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        var request = asked.Request(time.GetUtcNow());
        using var client = connect();
        using var late = new CancellationTokenSource(wait, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return await client.PlanAsync(request, stop.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new ApiException($"No answer within {wait.TotalSeconds:0.#} s.");
        }
    }
}

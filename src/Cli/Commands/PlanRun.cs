using System.Text.Json.Nodes;
using Grpc.Core;
using Pylon.Cli.Output;
using Pylon.Client;
using Pylon.Orchestrator.V1;

namespace Pylon.Cli.Commands;

/// <summary>Asks for a plan and shows it.</summary>
internal sealed class PlanRun(CommandContext context, TimeSpan wait, bool json)
{
    /// <summary>Exit code 0 with a plan.</summary>
    public async Task<int> ShowAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        var request = asked.Request(context.Time.GetUtcNow());
        using var client = context.Connect();
        var answer = await client.Planning.PlanWindowAsync(request, deadline: context.Time.GetUtcNow().UtcDateTime + wait, cancellationToken: cancellationToken);
        if (json)
        {
            context.Screen.Json(answer);
            return ExitCode.Done;
        }

        foreach (var line in PlanPicture.Lines(answer, context.Screen.Width))
            context.Screen.Line(line);
        return ExitCode.Done;
    }

    /// <summary>The same, but no plan is the plan to start now: only a request that is wrong in itself is an error.</summary>
    public async Task<int> OrNowAsync(AskedPlan asked, CancellationToken cancellationToken)
    {
        try
        {
            return await ShowAsync(asked, cancellationToken);
        }
        catch (CommandException e) when (e.Code == ExitCode.Unreachable)
        {
            return StartNow(e.Message);
        }
        catch (RpcException e) when (!cancellationToken.IsCancellationRequested && PylonError.Of(e).Reason != "FIELD_INVALID")
        {
            return StartNow(e.StatusCode == StatusCode.DeadlineExceeded ? $"No answer within {Figures.Length(wait)}." : Failure.Line(e));
        }
    }

    private int StartNow(string reason)
    {
        if (json)
            context.Screen.Json(new JsonObject { ["start_now"] = true, ["reason"] = reason });
        else
            context.Screen.Line("start now");
        context.Screen.Errors.WriteLine($"pylon: start now: {reason}");
        return ExitCode.Done;
    }
}

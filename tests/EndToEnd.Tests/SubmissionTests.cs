using System.Net;
using System.Text.Json.Nodes;
using Pylon.EndToEnd.Tests.Clients;
using Pylon.EndToEnd.Tests.Stacks;

namespace Pylon.EndToEnd.Tests;

public sealed class SubmissionTests(SharedStack stack) : SharedStackTests(stack)
{
    private const string Workload =
        """
        {"workload_name": "train the model", "workload_type": "TRAINING_RUN", "urgency": "URGENCY_HIGH", "required_gpu_mins": 90, "compute_load_mw": 0.25}
        """;

    [Fact]
    public async Task SubmitTaskTheRestApiAndGrpcLeadToTheSameRecommendations()
    {
        var (oldPath, byOldPath) = await Gateway.PostAsync("/submit_task", Workload);
        var (api, byApi) = await Gateway.PostAsync("/api/v1/workloads", Workload);
        var byGrpc = await BufClient.CallAsync(Stack.GrpcAddress, "pylon.orchestrator.v1.WorkloadService/SubmitWorkload", Workload);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (oldPath, api));
        string[] ids =
        [
            byOldPath["workload"]!["id"]!.GetValue<string>(),
            byApi["workload"]!["id"]!.GetValue<string>(),
            JsonNode.Parse(byGrpc.OutputOfSuccess())!["workload"]!["id"]!.GetValue<string>(),
        ];
        var ends = new List<string>();
        foreach (var id in ids)
        {
            var workload = await Gateway.UntilAsync(id, "PENDING_USER_CHOICE");
            Assert.Equal(90, workload["required_gpu_mins"]!.GetValue<int>());
            ends.Add(string.Join(", ", GatewayClient.Recommendations(workload).Select(one => $"{one["grid_zone_id"]} {one["score"]}")));
        }

        Assert.Equal(3, ids.Distinct().Count());
        Assert.Single(ends.Distinct());
    }

    [Theory]
    [InlineData("""{"workload_name": "w", "required_gpu_mins": "soon"}""", "required_gpu_mins")]
    [InlineData("""{"workload_name": "w", "compute_load_mw": -1}""", "compute_load_mw")]
    [InlineData("""{"workload_name": "w", "colour": "green"}""", "colour")]
    [InlineData("""{"workload_type": "TRAINING_RUN"}""", "workload_name")]
    public async Task MalformedRequestIsRefusedWithTheNameOfTheField(string body, string field)
    {
        foreach (var path in (string[])["/submit_task", "/api/v1/workloads"])
        {
            var (status, problem) = await Gateway.PostAsync(path, body);

            Assert.Equal(HttpStatusCode.BadRequest, status);
            Assert.Contains(field, problem["detail"]!.GetValue<string>(), StringComparison.Ordinal);
            Assert.Contains(field, problem["errors"]!.AsArray().Select(error => error!["field"]!.GetValue<string>()));
        }
    }

    [Fact]
    public async Task ManyAtOnceWithOneNewAddressAreAllTaken()
    {
        var email = $"{Guid.NewGuid():n}@example.org";
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(n => Gateway.PostAsync("/api/v1/workloads", $$"""{"workload_name": "w{{n}}", "user_email": "{{email}}"}""")));
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
    }

    [Fact]
    public async Task MalformedGrpcRequestIsRefusedWithTheNameOfTheField()
    {
        var refused = await BufClient.CallAsync(
            Stack.GrpcAddress, "pylon.orchestrator.v1.WorkloadService/SubmitWorkload", """{"workload_name": "w", "compute_load_mw": -1}""");

        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("invalid_argument", refused.Output, StringComparison.Ordinal);
        Assert.Contains("compute_load_mw", refused.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task BodyThatIsNotJsonIsRefused()
    {
        var (status, problem) = await Gateway.PostAsync("/submit_task", "{\"workload_name\": ");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEmpty(problem["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task UnknownIdIsNotFound()
    {
        Assert.Equal(HttpStatusCode.NotFound, await Gateway.StatusOfAsync($"/api/v1/workloads/{Guid.NewGuid()}"));
        var (status, _) = await Gateway.PostAsync($"/api/v1/workloads/{Guid.NewGuid()}:choose", """{"option": 1}""");
        Assert.Equal(HttpStatusCode.NotFound, status);
    }

    [Fact]
    public async Task BodyOverTheLimitIsTooLarge()
    {
        var (status, problem) = await Gateway.PostAsync("/submit_task", $$"""{"workload_name": "{{new string('x', 1024 * 1024)}}"}""");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("BODY_TOO_LARGE", problem["reason"]!.GetValue<string>());
    }
}

using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

public sealed class TranscodingTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    private HttpClient Http => fixture.Gateway.Http;

    [Theory]
    [InlineData("/api/v1/workloads")]
    [InlineData("/submit_task")]
    public async Task WorkloadIsSubmittedUnderBothPaths(string path)
    {
        var answer = await Http.PostAsync(path, Json("""{"request": "Train ResNet-50 on ImageNet", "user_email": "researcher@example.com", "urgency": "high"}"""));

        var workload = (await BodyAsync(answer, HttpStatusCode.OK)).GetProperty("workload");
        Assert.Equal("Train ResNet-50 on ImageNet", workload.GetProperty("request").GetString());
        Assert.Equal("researcher@example.com", workload.GetProperty("user_email").GetString());
        Assert.Equal("URGENCY_HIGH", workload.GetProperty("urgency").GetString());
        Assert.Equal("WORKLOAD_STATUS_QUEUED", workload.GetProperty("status").GetString());
        Assert.Equal(0, workload.GetProperty("chosen_option").GetInt32());
        Assert.Equal(0, workload.GetProperty("recommendations").GetArrayLength());
        Assert.False(workload.TryGetProperty("required_gpu_mins", out _));
        Assert.False(workload.TryGetProperty("deadline", out _));
    }

    [Fact]
    public async Task EmptyBodyIsAnEmptyMessage() =>
        Assert.Equal("w1", (await BodyAsync(await Http.PostAsync("/api/v1/workloads", null), HttpStatusCode.OK)).GetProperty("workload").GetProperty("id").GetString());

    [Fact]
    public async Task PathAndVerbAndBodyMakeOneRequest()
    {
        var workload = (await BodyAsync(await Http.PostAsync("/api/v1/workloads/a%2Fb:choose", Json("""{"option": 2}""")), HttpStatusCode.OK)).GetProperty("workload");

        Assert.Equal("a/b", workload.GetProperty("id").GetString());
        Assert.Equal(2, workload.GetProperty("chosen_option").GetInt32());
    }

    [Fact]
    public async Task BodyThatContradictsThePathIsRefused()
    {
        var problem = await ProblemAsync(await Http.PostAsync("/api/v1/workloads/a:choose", Json("""{"option": 2, "id": "b"}""")), 400);

        Assert.Equal("id: differs from the one in the path", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task QueryParametersTakeShortEnumNames()
    {
        var answer = await BodyAsync(await Http.GetAsync("/api/v1/workloads?page_size=7&status=queued&status=WORKLOAD_STATUS_FAILED"), HttpStatusCode.OK);

        Assert.Equal("7", answer.GetProperty("next_page_token").GetString());
        Assert.Equal(["WORKLOAD_STATUS_QUEUED", "WORKLOAD_STATUS_FAILED"], answer.GetProperty("workloads").EnumerateArray().Select(each => each.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task FieldOfTheWrongTypeIsNamed()
    {
        var problem = await ProblemAsync(await Http.PostAsync("/submit_task", Json("""{"required_gpu_mins": "many", "unknown": 1}""")), 400);

        Assert.Equal("FIELD_INVALID", problem.GetProperty("reason").GetString());
        Assert.Equal("pylon", problem.GetProperty("domain").GetString());
        Assert.Equal("required_gpu_mins: must be an integer; unknown: unknown field", problem.GetProperty("detail").GetString());
        Assert.Equal("required_gpu_mins", problem.GetProperty("errors")[0].GetProperty("field").GetString());
        Assert.Equal("must be an integer", problem.GetProperty("errors")[0].GetProperty("description").GetString());
        Assert.Equal(32, problem.GetProperty("trace_id").GetString()!.Length);
    }

    [Fact]
    public async Task UnknownQueryParameterIsNamed() => Assert.Equal(
        "pagesize: unknown query parameter",
        (await ProblemAsync(await Http.GetAsync("/api/v1/workloads?pagesize=7"), 400)).GetProperty("detail").GetString());

    [Fact]
    public async Task MalformedJsonIsReportedWithLineAndPosition()
    {
        var problem = await ProblemAsync(await Http.PostAsync("/submit_task", Json("{\n\"request\": oops}")), 400);

        Assert.Equal("MALFORMED_REQUEST", problem.GetProperty("reason").GetString());
        Assert.Contains("(line 2, position 12)", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ABodyFieldAndAResponseFieldAreTheWholeBody()
    {
        var echo = await BodyAsync(await Http.PutAsync("/v1/echo/t/inner?int32_value=4", Json("""{"name": "n"}""")), HttpStatusCode.OK);
        Assert.Equal("t", echo.GetProperty("text").GetString());
        Assert.Equal("n", echo.GetProperty("inner").GetProperty("name").GetString());
        Assert.Equal(4, echo.GetProperty("int32_value").GetInt32());

        var texts = await BodyAsync(await Http.PutAsync("/v1/echo/t/texts", Json("""["a", "b"]""")), HttpStatusCode.OK);
        Assert.Equal(["a", "b"], texts.EnumerateArray().Select(each => each.GetString()));
    }

    [Fact]
    public async Task NestedAndOpenEndedVariablesAreBound()
    {
        Assert.Equal("shelves/1/books/2", (await BodyAsync(await Http.GetAsync("/v1/shelves/1/books/2"), HttpStatusCode.OK)).GetProperty("echo").GetProperty("inner").GetProperty("name").GetString());
        Assert.Equal("a/b", (await BodyAsync(await Http.GetAsync("/v1/files/a/b:stat"), HttpStatusCode.OK)).GetProperty("echo").GetProperty("text").GetString());
        Assert.Equal("int32_value: must be an integer", (await ProblemAsync(await Http.GetAsync("/v1/numbers/x"), 400)).GetProperty("detail").GetString());
    }

    [Fact]
    public async Task TheReasonAndTheFieldsOfTheServiceReachTheCaller()
    {
        var missing = await ProblemAsync(await Http.GetAsync("/api/v1/workloads/unknown"), 404);
        Assert.Equal("WORKLOAD_NOT_FOUND", missing.GetProperty("reason").GetString());
        Assert.Equal("Not Found", missing.GetProperty("title").GetString());

        var invalid = await ProblemAsync(await Http.PostAsync("/v1/fail", Json("""{"code": 3}""")), 400);
        Assert.Equal("reason", invalid.GetProperty("errors")[0].GetProperty("field").GetString());
        Assert.Equal("must be good", invalid.GetProperty("errors")[0].GetProperty("description").GetString());
    }

    [Theory]
    [InlineData(6, 409)]
    [InlineData(8, 429)]
    [InlineData(9, 400)]
    [InlineData(13, 500)]
    [InlineData(14, 503)]
    public async Task CodesBecomeStatuses(int code, int status)
    {
        var answer = await Http.PostAsync("/v1/fail", Json($$"""{"code": {{code}}, "reason": "WHY", "message": "because"}"""));

        var problem = await ProblemAsync(answer, status);
        Assert.DoesNotContain("secret", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(code == 8 ? TimeSpan.FromSeconds(7) : null, answer.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task UnknownPathsAreNotFound() =>
        Assert.Equal("PATH_NOT_FOUND", (await ProblemAsync(await Http.GetAsync("/api/v1/nothing"), 404)).GetProperty("reason").GetString());

    [Theory]
    [InlineData("DELETE", "/api/v1/workloads", "GET, HEAD, POST")]
    [InlineData("GET", "/api/v1/workloads/x:choose", "POST")]
    [InlineData("POST", "/beckn/broadcast", "GET")]
    [InlineData("GET", "/beckn/on_select", "POST")]
    [InlineData("POST", "/", "GET")]
    public async Task OtherMethodIsNotAllowed(string method, string path, string allowed)
    {
        var answer = await Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        await ProblemAsync(answer, 405);
        Assert.Equal(allowed, string.Join(", ", answer.Content.Headers.Allow.Order(StringComparer.Ordinal)));
    }

    [Fact]
    public async Task HeadIsAGetWithoutABody()
    {
        var answer = await Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/api/v1/workloads/a"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.True(answer.Content.Headers.ContentLength > 0);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    [Theory]
    [InlineData("{\"request\": ")]
    [InlineData("{\"request\": \"x")]
    [InlineData("{\"request\": 1,}")]
    [InlineData("{\"request\": // x\n1}")]
    [InlineData("{request: 1}")]
    [InlineData("{\"request\": 01}")]
    [InlineData("{} {}")]
    [InlineData("'")]
    [InlineData("\n")]
    [InlineData("tru")]
    public async Task BrokenJsonIsDescribedInOwnWords(string body)
    {
        var detail = (await ProblemAsync(await Http.PostAsync("/submit_task", Json(body)), 400)).GetProperty("detail").GetString()!;

        Assert.StartsWith("the body is not valid JSON: ", detail, StringComparison.Ordinal);
        foreach (var internals in (string[])["reader", "options", "token", "isFinalBlock", "LineNumber", "BytePosition", "JsonException"])
            Assert.DoesNotContain(internals, detail, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=latin1")]
    public async Task OtherMediaTypeIsRefused(string type)
    {
        var content = new ByteArrayContent("{}"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);

        await ProblemAsync(await Http.PostAsync("/submit_task", content), 415);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BodyOverTheLimitIsRefusedWithAndWithoutContentLength(bool chunked)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/submit_task") { Content = Json($$"""{"request": "{{new string('x', 1024 * 1024)}}"}""") };
        request.Headers.TransferEncodingChunked = chunked;

        Assert.Equal("BODY_TOO_LARGE", (await ProblemAsync(await Http.SendAsync(request), 413)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task BodyJustUnderTheLimitIsAccepted()
    {
        var answer = await Http.PostAsync("/submit_task", Json($$"""{"request": "{{new string('x', (1024 * 1024) - 20)}}"}"""));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task CallerHeadersAndTraceReachTheService()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/echo/a");
        request.Headers.Add("x-request-id", "r1");
        request.Headers.Add("x-correlation-id", "c1");
        request.Headers.Add("x-other", "no");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");

        var headers = (await BodyAsync(await Http.SendAsync(request), HttpStatusCode.OK)).GetProperty("headers");

        Assert.Equal("r1", headers.GetProperty("x-request-id").GetString());
        Assert.Equal("c1", headers.GetProperty("x-correlation-id").GetString());
        Assert.False(headers.TryGetProperty("x-other", out _));
        Assert.Contains("0af7651916cd43dd8448eb211c80319c", headers.GetProperty("traceparent").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task AnswersOfTheServicesAreNotCompressed()
    {
        var headers = (await BodyAsync(await Http.GetAsync("/v1/echo/a"), HttpStatusCode.OK)).GetProperty("headers");

        Assert.False(headers.TryGetProperty("grpc-accept-encoding", out var encodings) && encodings.GetString() != "identity", $"{encodings}");
    }

    [Theory]
    [InlineData("X-Request-Timeout", "0.2")]
    [InlineData("grpc-timeout", "200m")]
    public async Task DeadlineOfTheCallerIsKept(string header, string value)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/hang");
        request.Headers.TryAddWithoutValidation(header, value);

        Assert.Equal("DEADLINE_EXCEEDED", (await ProblemAsync(await Http.SendAsync(request), 504)).GetProperty("reason").GetString());
    }

    [Fact]
    public async Task RequestsOnOneConnectionDoNotSeeEachOther()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Http.GetFromJsonAsync<JsonElement>($"/v1/echo/t{i}")));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => $"t{i}"), answers.Select(each => each.GetProperty("echo").GetProperty("text").GetString()));
    }

    [Fact]
    public async Task EncodedColonIsNotAVerb()
    {
        // HttpClient would tidy the path up; this goes over the wire as it is.
        using var client = new TcpClient();
        await client.ConnectAsync(Http.BaseAddress!.Host, Http.BaseAddress.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync("GET /v1/echo/a%3Asend HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"u8.ToArray());
        var answer = await new StreamReader(stream).ReadToEndAsync();

        Assert.Contains("\"text\":\"a:send\"", answer, StringComparison.Ordinal);
    }

    private static StringContent Json(string json) => new(json, Encoding.UTF8, "application/json");

    private static async Task<JsonElement> BodyAsync(HttpResponseMessage answer, HttpStatusCode status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True((int)answer.StatusCode == status, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = JsonDocument.Parse(text).RootElement;
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        return problem;
    }
}

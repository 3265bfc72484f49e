using System.Globalization;
using System.Net;
using System.Text.Json;
using Pylon.Testing;

namespace Pylon.Gateway.Tests;

/// <summary>A reader of a line-based stream, with the ids that a browser would remember.</summary>
internal sealed class ServerEvents : IDisposable
{
    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _reader;

    private ServerEvents(HttpResponseMessage answer, StreamReader reader) => (_answer, _reader) = (answer, reader);

    public string? ContentType => _answer.Content.Headers.ContentType?.MediaType;

    /// <summary>The id that a reconnection would send.</summary>
    public string LastId { get; private set; } = "";

    public string? Retry { get; private set; }

    public int Comments { get; private set; }

    public static async Task<ServerEvents> OpenAsync(HttpClient http, string path, string? lastId = null, string? accept = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path) { Version = http.DefaultRequestVersion, VersionPolicy = http.DefaultVersionPolicy };
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).Within(what: $"the headers of {path}");
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}");
        return new ServerEvents(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>Null at the end of the stream.</summary>
    public Task<string?> LineAsync() => _reader.ReadLineAsync().Within(what: "a line of the stream");

    /// <summary>Reads up to the line that begins so.</summary>
    public Task SkipToAsync(string start) => ReadToAsync(start).Within(what: $"a line that begins with '{start}'");

    /// <summary>The next event with data; null at the end of the stream. Heartbeats do not make the wait for it longer.</summary>
    public Task<(string Type, JsonElement Data)?> NextAsync(TimeSpan? limit = null) => ReadEventAsync().Within(limit, $"an event after '{LastId}'");

    /// <summary>The numbers of the next events of <see cref="FakeEventStream.Numbered"/>.</summary>
    public async Task<List<int>> NumbersAsync(int count)
    {
        var numbers = new List<int>();
        while (numbers.Count < count)
        {
            var (_, data) = await NextAsync() ?? throw new EndOfStreamException($"The stream ended after {numbers.Count} events.");
            numbers.Add(int.Parse(data.GetProperty("id").GetString()!, CultureInfo.InvariantCulture));
        }

        return numbers;
    }

    public void Dispose()
    {
        _reader.Dispose();
        _answer.Dispose();
    }

    private async Task ReadToAsync(string start)
    {
        while (!(await _reader.ReadLineAsync() ?? throw new EndOfStreamException($"The stream ended before '{start}'.")).StartsWith(start, StringComparison.Ordinal))
        {
            // Another line.
        }
    }

    private async Task<(string Type, JsonElement Data)?> ReadEventAsync()
    {
        var (type, data) = ("message", (string?)null);
        while (await _reader.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("id: ", StringComparison.Ordinal))
                LastId = line[4..];
            else if (line.StartsWith("event: ", StringComparison.Ordinal))
                type = line[7..];
            else if (line.StartsWith("data: ", StringComparison.Ordinal))
                data = line[6..];
            else if (line.StartsWith("retry: ", StringComparison.Ordinal))
                Retry = line[7..];
            else if (line.StartsWith(':'))
                Comments++;
            else if (line.Length == 0 && data is not null)
                return (type, JsonDocument.Parse(data).RootElement);
        }

        return null;
    }
}

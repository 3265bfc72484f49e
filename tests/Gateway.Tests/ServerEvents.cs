using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Pylon.Gateway.Tests;

/// <summary>A reader of a line-based stream, with the ids that a browser would remember.</summary>
internal sealed class ServerEvents : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

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
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (lastId is not null)
            request.Headers.Add("Last-Event-ID", lastId);
        if (accept is not null)
            request.Headers.Add("Accept", accept);
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(Limit);
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{answer.StatusCode}");
        return new ServerEvents(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    /// <summary>Null at the end of the stream.</summary>
    public Task<string?> LineAsync() => _reader.ReadLineAsync().WaitAsync(Limit);

    /// <summary>The next event with data; null at the end of the stream.</summary>
    public async Task<(string Type, JsonElement Data)?> NextAsync()
    {
        var (type, data) = ("message", (string?)null);
        while (await LineAsync() is { } line)
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
}

using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests.Browsers;

/// <summary>Somebody with a browser. What the browser complains of, and what it loads from elsewhere, fails the test.</summary>
internal sealed class Reader : IAsyncDisposable
{
    private const long MostBytes = 150_000;
    private const string FirstPaint =
        "new Promise(done => new PerformanceObserver(list => done(list.getEntries()[0].startTime)).observe({ type: 'paint', buffered: true }))";

    // Not compressed, with style and script, whether the browser had them already or not.
    private const string Weight =
        "['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type)).filter(one => !one.name.includes('/beckn/')).reduce((sum, one) => sum + one.decodedBodySize, 0)";

    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _complaints = [];

    public Reader(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // An answer that says why something is refused is an error in the console as well.
            if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal))
                _complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Request += (_, request) =>
        {
            if (!request.Url.StartsWith("http://127.0.0.1:", StringComparison.Ordinal) && !request.Url.StartsWith("http://localhost:", StringComparison.Ordinal))
                _complaints.Enqueue($"a request to {request.Url}");
        };
    }

    public IPage Page { get; }

    /// <summary>
    /// Goes to a screen and checks it as a whole: what it loads is small, no serious finding of axe, and nothing is wider than the
    /// window. Tells when it was painted first, in milliseconds, and how many bytes it is.
    /// </summary>
    public async Task<(double FirstPaint, long Bytes)> VisitAsync(string path)
    {
        await Page.GotoAsync(path);
        var (paint, bytes) = (await Page.EvaluateAsync<double>(FirstPaint), await Page.EvaluateAsync<long>(Weight));
        Assert.InRange(bytes, 1, MostBytes);
        var findings = (await Page.RunAxe()).Violations.Where(found => found.Impact is "serious" or "critical")
            .Select(found => $"{found.Id}: {found.Help}: {string.Join(", ", found.Nodes.Select(node => node.Html))}").ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.Equal(0, await Page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"));
        return (paint, bytes);
    }

    /// <summary>Keeps the whole page as a file.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Checkout.Find().Home, "screenshots", $"{name}.png"),
        FullPage = true,
    });

    /// <summary>With PYLON_WRITE_DOCS=1: keeps what is on the screen as a picture of the README.</summary>
    public async Task DocumentAsync(string name)
    {
        if (Environment.GetEnvironmentVariable("PYLON_WRITE_DOCS") == "1")
            await Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(Checkout.Find().Root, "docs", "pictures", $"{name}.png") });
    }

    /// <summary>Marks the page, so that <see cref="IsNewAsync"/> knows the next one.</summary>
    public Task MarkAsync() => Page.EvaluateAsync("document.body.dataset.seen = 'yes'");

    /// <summary>Waits until another page than the marked one is there, and its stream is open: from then on it shows every event.</summary>
    public Task IsNewAsync() => Assertions.Expect(Page.Locator("body:not([data-seen]) #stream[data-state=open]")).ToBeAttachedAsync(new LocatorAssertionsToBeAttachedOptions { Timeout = 15_000 });

    public Task SeesAsync(string text) => Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 15_000 });

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).First.ClickAsync();

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
    }
}

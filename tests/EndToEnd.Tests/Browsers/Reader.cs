using System.Collections.Concurrent;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Pylon.LocalStack.Machine;

namespace Pylon.EndToEnd.Tests.Browsers;

/// <summary>Somebody with a browser. What the browser complains of, and what it loads from elsewhere, fails the test.</summary>
internal sealed class Reader : IAsyncDisposable
{
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

    /// <summary>Goes to a screen and checks it as a whole: no serious finding of axe, and nothing wider than the window.</summary>
    public async Task VisitAsync(string path)
    {
        await Page.GotoAsync(path);
        var findings = (await Page.RunAxe()).Violations.Where(found => found.Impact is "serious" or "critical")
            .Select(found => $"{found.Id}: {found.Help}: {string.Join(", ", found.Nodes.Select(node => node.Html))}").ToList();
        Assert.True(findings.Count == 0, string.Join('\n', findings));
        Assert.Equal(0, await Page.EvaluateAsync<int>("Math.max(0, document.documentElement.scrollWidth - document.documentElement.clientWidth)"));
    }

    /// <summary>Keeps what is on the screen as a file.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new PageScreenshotOptions
    {
        Path = Path.Combine(Checkout.Find().Home, "screenshots", $"{name}.png"),
        FullPage = true,
    });

    public Task SeesAsync(string text) => Assertions.Expect(Page.GetByText(text).First).ToBeVisibleAsync(new LocatorAssertionsToBeVisibleOptions { Timeout = 15_000 });

    public Task PressAsync(string button) => Page.GetByRole(AriaRole.Button, new PageGetByRoleOptions { Name = button, Exact = true }).First.ClickAsync();

    public async ValueTask DisposeAsync()
    {
        await _context.DisposeAsync();
        Assert.Empty(_complaints);
    }
}

using Microsoft.Playwright;
using Pylon.LocalStack.Machine;
using Pylon.LocalStack.Servers;
using Pylon.Testing;

namespace Pylon.EndToEnd.Tests.Browsers;

/// <summary>One Chromium for the tests of a class. Screenshots are in <c>.pylon/screenshots</c>.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly TimeSpan InstallLimit = TimeSpan.FromMinutes(5);

    private IPlaywright? _playwright;
    private IBrowser? _browser;

    /// <inheritdoc/>
    public async Task InitializeAsync()
    {
        var program = await Chromium.EnsureAsync(new Quiet()).Within(InstallLimit);
        _playwright = await Playwright.CreateAsync().Within();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = program,
            // The tests may run as root in a container, where Chromium has no sandbox.
            Args = ["--no-sandbox"],
        }).Within();
    }

    /// <inheritdoc/>
    public async Task DisposeAsync()
    {
        if (_browser is not null)
            await _browser.DisposeAsync();
        _playwright?.Dispose();
    }

    /// <summary>An empty page of its own reader, who gives the key where one is asked for.</summary>
    internal async Task<Reader> OpenAsync(string url, bool script = true, int width = 1440, ColorScheme colours = ColorScheme.Light, string? key = null)
    {
        var context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = url,
            JavaScriptEnabled = script,
            ViewportSize = new ViewportSize { Width = width, Height = 900 },
            ColorScheme = colours,
            HttpCredentials = key is null ? null : new HttpCredentials { Username = "reader", Password = key },
        }).Within();
        context.SetDefaultTimeout(15_000);
        return new Reader(context, await context.NewPageAsync().Within());
    }

    private sealed class Quiet : IStackReporter;
}

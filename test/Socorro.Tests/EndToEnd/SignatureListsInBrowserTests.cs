using System.Text.Json;
using Socorro.Access;
using Socorro.Crashes;
using Socorro.Tests.Web;
using static Microsoft.Playwright.Assertions;

namespace Socorro.Tests.EndToEnd;

/// <summary>The pages of signature lists in a real browser that runs no scripts.</summary>
public sealed class SignatureListsInBrowserTests(Browser browser, Site site) : IClassFixture<Site>
{
    [Theory]
    [InlineData(1280)]
    [InlineData(390)]
    public async Task An_administrator_changes_a_list_and_goes_back(int width)
    {
        var product = $"Editor{width}";
        await AddAsync(product);
        await using var window = await browser.OpenAsync(site.Url, new()
        {
            JavaScriptEnabled = false,
            ViewportSize = new() { Width = width, Height = 800 },
            ExtraHTTPHeaders = new Dictionary<string, string>
            {
                ["Auth-Token"] = await site.AddTokenAsync(Permission.Administer | Permission.Reprocess),
            },
        });
        var page = window.Page;

        await page.GotoAsync("/admin/signature-lists/");
        await page.GetByLabel("Product", new() { Exact = true }).FillAsync(product);
        await page.Locator("select[name=file]").SelectOptionAsync("prefix.txt");
        await ShowAsync("lists");
        await page.GetByText("Open it").ClickAsync();

        await page.GetByLabel("Entries").FillAsync("# called by everybody\nEditor::Assert$\n");
        await page.GetByLabel("Why").FillAsync("Assert is called by everybody");
        await ShowAsync("edit");
        await page.GetByText("Preview", new() { Exact = true }).ClickAsync();

        await Expect(page.Locator("ins")).ToHaveTextAsync("Editor::Assert | Editor::Paint");
        await ShowAsync("preview");
        await page.GetByText("Save the list").ClickAsync();
        await ShowAsync("saved");
        await page.GetByText("Make the signatures of these crashes again").ClickAsync();
        await Expect(page.GetByText("makes the signatures again")).ToBeVisibleAsync();
        await ShowAsync("ordered");

        await page.GotoAsync($"/admin/signature-lists/edit?file=prefix.txt&product={product}");
        await page.GetByLabel("Entries").FillAsync("");
        await page.GetByText("Save without a preview").ClickAsync();
        await Expect(page.GetByText("Saved. New crashes")).ToBeVisibleAsync();
        await ShowAsync("history");
        await page.Locator("tbody a").First.ClickAsync();
        await ShowAsync("revision");
        await page.GoBackAsync();
        await page.Locator("tbody a").Nth(1).ClickAsync();
        await page.GetByText("Go back to this revision").ClickAsync();
        await Expect(page.Locator("textarea")).ToHaveValueAsync("# called by everybody\nEditor::Assert$\n");
        await ShowAsync("restored");

        async Task ShowAsync(string name)
        {
            Assert.Equal(width, await page.Locator("html").EvaluateAsync<int>("html => html.scrollWidth"));
            if (Environment.GetEnvironmentVariable("SCREENSHOTS") is { } folder)
                await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{name}-{width}.png"), FullPage = true });
        }
    }

    Task<CrashId> AddAsync(string product) => site.AddProcessedAsync(JsonSerializer.Serialize(new
    {
        product,
        signature = "Editor::Assert",
        date_processed = site.Time.GetUtcNow().AddMinutes(-1).ToString("o"),
        json_dump = new
        {
            crash_info = new { crashing_thread = 0 },
            threads = new[]
            {
                new { frames = new[] { new { function = "Editor::Assert(bool)" }, new { function = "Editor::Paint(Canvas&)" } } },
            },
        },
    }));
}

namespace Socorro.Web.Api;

/// <summary><c>/__version__</c>: what runs here, with the members that deployment tools look for.</summary>
static class RunningVersion
{
    public static IResult Answer()
    {
        var (version, commit) = App.Version.Split('+', 2) is [var before, var after] ? (before, after) : (App.Version, "");
        return TypedResults.Json(new { source = "socorro", version, commit, build = Environment.Version.ToString() });
    }
}

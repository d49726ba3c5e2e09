using Socorro.Access;

namespace Socorro.Web.Access;

/// <summary>Why somebody is turned away, in the words of the API and of pages.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Error">For programs; what tools of the field expect.</param>
/// <param name="Title">The heading of the page.</param>
/// <param name="Explanation">What people can do about it.</param>
sealed record Refusal(int Status, string Error, string Title, string Explanation)
{
    const string NewToken = "An administrator makes tokens with 'socorro token create'.";

    public static readonly Refusal UnknownToken =
        new(StatusCodes.Status403Forbidden, "API Token not matched", "Unknown token", $"There is no such token. {NewToken}");

    public static readonly Refusal ExpiredToken =
        new(StatusCodes.Status403Forbidden, "API Token found but expired", "Expired token", $"The token has expired. {NewToken}");

    public static readonly Refusal OtherOrigin = new(
        StatusCodes.Status403Forbidden,
        "Only pages of this site may ask for that in your name",
        "Not from here",
        "The request did not come from a page of this site. Open the page again and try once more.");

    /// <summary>Until when to wait before the next try; null when waiting is of no use.</summary>
    public TimeSpan? Wait { get; init; }

    public static Refusal TooMany(TimeSpan wait) => new(
        StatusCodes.Status429TooManyRequests,
        "Too many wrong tokens from this address",
        "Too many wrong tokens",
        "There were too many wrong tokens from your address. Try again in a minute.")
    {
        Wait = wait,
    };

    public static Refusal Lacking(Permission permission, Reader reader)
    {
        var titles = string.Join(" and ", PermissionName.Of(permission).Select(one => $"'{one.Title}'"));
        return new(
            StatusCodes.Status403Forbidden,
            $"Use of this endpoint requires the {titles} permission",
            "Not permitted",
            reader.IsAnonymous
                ? $"This takes the permission {titles}. Sign in with a token that has it."
                : $"This takes the permission {titles}, which the token '{reader.Name}' does not have. {NewToken}");
    }

    public Task WriteAsync(HttpContext context) => Failures.WriteAsync(context, this);
}

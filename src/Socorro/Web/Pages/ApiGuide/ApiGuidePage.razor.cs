using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Mvc.ApiExplorer;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Socorro.Web.Api;

namespace Socorro.Web.Pages.ApiGuide;

/// <summary>A method of the API as its guide shows it.</summary>
public sealed record ApiMethod(
    string Path, string Summary, string Description, IReadOnlyList<ApiParameter> Parameters);

public sealed record ApiParameter(string Name, bool IsRequired, string Description);

/// <summary><c>/api/</c>: the API for people, made from the same descriptions as the OpenAPI document.</summary>
public sealed partial class ApiGuidePage
{
    internal static IResult Show(HttpRequest request, IApiDescriptionGroupCollectionProvider descriptions)
    {
        var methods =
            from one in descriptions.ApiDescriptionGroups.Items.SelectMany(items => items.Items)
            where ApiRoutes.IsPublic(one) && one.HttpMethod == HttpMethods.Get
            let metadata = one.ActionDescriptor.EndpointMetadata
            select new ApiMethod(
                $"/{one.RelativePath}",
                metadata.OfType<IEndpointSummaryMetadata>().LastOrDefault()?.Summary ?? "",
                metadata.OfType<IEndpointDescriptionMetadata>().LastOrDefault()?.Description ?? "",
                [.. one.ParameterDescriptions.Select(Describe)]);
        return new RazorComponentResult<ApiGuidePage>(new
        {
            Methods = methods.ToList(),
            Site = $"{request.Scheme}://{request.Host}",
        });
    }

    static ApiParameter Describe(ApiParameterDescription parameter) => new(
        parameter.Name,
        parameter.IsRequired || Attributes(parameter).OfType<RequiredAttribute>().Any(),
        Attributes(parameter).OfType<DescriptionAttribute>().FirstOrDefault()?.Description ?? "");

    static object[] Attributes(ApiParameterDescription parameter) =>
        parameter.ParameterDescriptor is IParameterInfoParameterDescriptor { ParameterInfo: { } declared }
            ? declared.GetCustomAttributes(inherit: false)
            : [];
}

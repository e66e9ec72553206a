// The API to browse and to try, from the document that the service writes of itself. Requests go with the browser's session.
window.addEventListener('DOMContentLoaded', async () => {
    const place = document.getElementById('api');
    const answer = await fetch('/openapi/v1.json', { credentials: 'same-origin' });
    if (answer.status === 401 || answer.status === 403) {
        place.textContent = 'Sign in on the dashboard first, with a token that may read: then the API is shown here.';
        return;
    }

    window.SwaggerUIBundle({
        spec: await answer.json(),
        domNode: place,
        deepLinking: true,
        validatorUrl: null,
        docExpansion: 'list',
        defaultModelsExpandDepth: 0,
        tryItOutEnabled: false,
        displayRequestDuration: true,
        supportedSubmitMethods: ['get', 'post', 'put', 'delete'],
    });
});

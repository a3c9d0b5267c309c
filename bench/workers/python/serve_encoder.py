"""A plain server of an encoder, as one writes it with what Debian has: http.server and torch. Its weights are NPY files in a folder."""

import io
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy
import torch

torch.set_num_threads(1)
weights = {path.stem: torch.from_numpy(numpy.load(path)) for path in Path(sys.argv[1]).glob('*.npy')}


@torch.no_grad()
def encode(x):
    """mean and stddev of q(z|x), [n, latent]; only the mean is sent, as the other servers do."""
    hidden = x.reshape(len(x), -1)
    layer = 0
    while f'encoder.{layer}.weight' in weights:
        hidden = torch.relu(hidden @ weights[f'encoder.{layer}.weight'] + weights[f'encoder.{layer}.bias'])
        layer += 1
    mean = hidden @ weights['mean.weight'] + weights['mean.bias']
    stddev = torch.exp((hidden @ weights['logVariance.weight'] + weights['logVariance.bias']) / 2)
    return mean, stddev


class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    # One packet an answer, sent at once: as it comes, the library waits 40 ms for an acknowledgement between headers and body.
    wbufsize = -1
    disable_nagle_algorithm = True

    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length']))
        if self.headers['content-type'] == 'application/json':
            x = torch.tensor(json.loads(body)['x'], dtype=torch.float32)
            mean, stddev = encode(x)
            answer = json.dumps({'mean': mean.tolist(), 'stddev': stddev.tolist()}).encode()
        else:
            mean, _ = encode(torch.from_numpy(numpy.load(io.BytesIO(body))))
            file = io.BytesIO()
            numpy.save(file, mean.numpy())
            answer = file.getvalue()
        self.send_response(200)
        self.send_header('content-type', self.headers['content-type'])
        self.send_header('content-length', str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 1024
    daemon_threads = True

    def handle_error(self, request, client_address):
        """Clients of a load test go away; anything else is said."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


server = Server(('127.0.0.1', 0), Handler)
print(json.dumps({'url': f'http://127.0.0.1:{server.server_address[1]}'}), flush=True)
server.serve_forever()

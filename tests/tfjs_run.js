// Runs a layers model in TensorFlow.js itself, the package in the folder TFJS.
//
//     TFJS=.../node_modules/@tensorflow/tfjs node tfjs_run.js MODEL.JSON INPUT.npy
//
// Prints the classes of the layers, then its output for each sample, a line each; bytes are values of 0..1 times 255.
'use strict';
const fs = require('fs');
const path = require('path');
const tf = require(process.env.TFJS);

function npy(file) {
	const data = fs.readFileSync(file);
	const start = 10 + data.readUInt16LE(8);
	const header = data.toString('latin1', 10, start);
	const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((s) => s.trim()).map(Number);
	const raw = data.subarray(start);
	const bytes = header.includes('|u1');
	const count = shape.reduce((a, b) => a * b, 1);
	const values = Float32Array.from({length: count}, (_, i) => bytes ? raw[i] / 255 : raw.readFloatLE(4 * i));
	return tf.tensor(values, shape);
}

// The files as a browser would fetch them.
function handler(file) {
	const json = JSON.parse(fs.readFileSync(file, 'utf8'));
	const read = (name) => fs.readFileSync(path.join(path.dirname(file), name));
	return {load: () => tf.io.getModelArtifactsForJSON(json, (manifest) => {
		const data = Buffer.concat(manifest.flatMap((group) => group.paths.map(read)));
		const specs = manifest.flatMap((group) => group.weights);
		return [specs, data.buffer.slice(data.byteOffset, data.byteOffset + data.length)];
	})};
}

async function main() {
	await tf.setBackend('cpu');
	const model = await tf.loadLayersModel(handler(process.argv[2]));
	console.log(model.layers.map((layer) => layer.getClassName()).join(' '));
	for (const row of (await model.predict(npy(process.argv[3])).array()))
		console.log(row.flat(Infinity).join(' '));
}
main().catch((error) => { console.error(String(error)); process.exit(1); });
